"""run.py: what it decides, what it says, and that nobody sees a traceback."""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import run
from tests.bench import __main__ as bench

ROOT = Path(run.ROOT)
SOURCE = (ROOT / "run.py").read_text("utf-8")


@pytest.fixture
def checkout(tmp_path):
    """Return a folder with what a set-up needs and a space in its path."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in ("run.py", "pyproject.toml", run.MAIN, run.DEV):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.fixture
def whole(checkout):
    """Return the environment of a checkout that looks as if both locks had been installed."""
    env = run.Environment(str(checkout))
    Path(env.python).parent.mkdir(parents=True)
    Path(env.python).symlink_to(sys.executable)
    for lock in (run.MAIN, run.DEV):
        Path(env.stamp(lock)).write_text(env.digest(lock))
    return env


def call(checkout, *arguments, **environ):
    """Call the checkout's run.py from another folder, as a user does; no index, so nothing is downloaded."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    clean |= {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **environ}
    command = [sys.executable, str(checkout / "run.py"), *arguments]
    return subprocess.run(command, cwd=checkout.parent, env=clean, capture_output=True, text=True)


class TestOldPython:
    def test_parses_on_python_3_6(self):
        """An old Python must get as far as the line that says that it is too old."""
        ast.parse(SOURCE, feature_version=(3, 6))

    def test_imports_only_the_standard_library(self):
        nodes = list(ast.walk(ast.parse(SOURCE)))
        names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        assert not any(isinstance(node, ast.ImportFrom) for node in nodes)
        assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)

    @pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13), (2, 7, 18)])
    def test_too_old_is_one_line_that_names_both_versions(self, version):
        line = run.too_old(version)
        assert "Python 3.11 or newer" in line
        assert ".".join(map(str, version)) in line
        assert "\n" not in line

    @pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
    def test_new_enough_is_no_line(self, version):
        assert run.too_old(version) is None

    def test_main_stops_there(self, monkeypatch, capsys):
        monkeypatch.setattr(run.sys, "version_info", (3, 9, 18))
        assert run.main(["test"]) == 1
        assert capsys.readouterr().err.startswith("run.py: deter needs Python 3.11")

    def test_names_a_newer_python_of_this_machine(self, monkeypatch, tmp_path):
        (tmp_path / "python3.12").write_text("")
        (tmp_path / "python3.12").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert run.too_old((3, 9, 0)).endswith("This machine has one: python3.12 run.py")


@pytest.mark.parametrize(
    ("line", "job", "locks", "rest"),
    [
        ("", "main", [run.MAIN], ""),
        ("run study.yaml --seed 1", "deter", [run.MAIN], "run study.yaml --seed 1"),
        ("--help", "deter", [run.MAIN], "--help"),
        ("test", "test", [run.MAIN, run.DEV], ""),
        ("test --nightly -k x", "test", [run.MAIN, run.DEV], "--nightly -k x"),
        ("bench", "bench", [run.MAIN, run.DEV], ""),
        ("check", "check", [run.MAIN, run.DEV], ""),
        ("check a.yaml", "deter", [run.MAIN], "check a.yaml"),
    ],
)
def test_plan(line, job, locks, rest):
    """`check` alone is the project's own; with files it is deter's. Only the project's own jobs need its tools."""
    assert run.plan(line.split()) == (job, locks, rest.split())


class TestJobs:
    """What run.py becomes once the environment is whole."""

    @pytest.fixture
    def command(self, whole, monkeypatch):
        monkeypatch.setattr(run, "_become", lambda command: command)
        monkeypatch.setattr(run, "_ensure_browser", lambda env: None)
        monkeypatch.chdir(whole.root)

        def command(line):
            return run.run(whole, line.split())

        return command

    def test_no_arguments_compare_the_first_study(self, command, whole):
        assert command("")[-2:] == ["compare", str(Path(whole.root) / run.STUDY)]

    def test_other_arguments_go_to_deter(self, command, whole):
        assert command("sweep s.yaml --json") == [whole.python, *run.DETER, "sweep", "s.yaml", "--json"]

    def test_tests_leave_the_nightly_ones_out(self, command, whole):
        expected = [whole.python, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-m", "not nightly", "-x"]
        assert command("test -x") == expected

    def test_nightly_runs_everything(self, command):
        assert command("test --nightly -x")[-5:] == ["-n", "2", "--dist", "worksteal", "-x"]

    def test_check_shows_a_line_for_each_and_what_a_failing_one_said(self, command, monkeypatch, capsys):
        monkeypatch.setattr(run, "CHECKS", [("good", ["-c", ""]), ("bad", ["-c", "exit('why')"])])
        assert command("check") == 4
        good, bad, why, *_ = capsys.readouterr().out.splitlines()
        assert good.split()[:2] == ["good", "ok"]
        assert bad.split()[:2] == ["bad", "FAILED"]
        assert why == "why"


class TestStamps:
    def test_a_whole_environment_lacks_nothing(self, whole):
        assert whole.lacks([run.MAIN, run.DEV]) == []

    def test_a_checkout_without_one_lacks_everything(self, checkout):
        assert run.Environment(str(checkout)).lacks([run.MAIN, run.DEV]) == [run.MAIN, run.DEV]

    def test_a_changed_lock_is_installed_alone(self, whole):
        with Path(whole.root, run.DEV).open("a") as lock:
            lock.write("# changed\n")
        assert whole.lacks([run.MAIN, run.DEV]) == [run.DEV]

    def test_a_changed_project_file_counts_for_both(self, whole):
        with Path(whole.root, "pyproject.toml").open("a") as file:
            file.write("# changed\n")
        assert whole.lacks([run.MAIN, run.DEV]) == [run.MAIN, run.DEV]

    def test_an_installation_that_broke_off_is_not_trusted(self, whole):
        Path(whole.unfinished).write_text("")
        assert not whole.whole()
        assert whole.lacks([run.MAIN]) == [run.MAIN]

    def test_a_python_that_went_away_is_noticed(self, whole, tmp_path):
        Path(whole.python).unlink()
        Path(whole.python).symlink_to(tmp_path / "gone")
        assert whole.lacks([run.MAIN]) == [run.MAIN]

    def test_another_minor_version_behind_the_link_is_noticed(self, whole, tmp_path):
        (tmp_path / "python3.99").write_text("")
        Path(whole.python).unlink()
        Path(whole.python).symlink_to(tmp_path / "python3.99")
        assert whole.lacks([run.MAIN]) == [run.MAIN]

    def test_nothing_to_do_writes_nothing(self, whole):
        before = sorted(Path(whole.root).iterdir())
        run.set_up(whole, [run.MAIN, run.DEV])
        assert sorted(Path(whole.root).iterdir()) == before

    def test_nothing_to_do_imports_nothing_slow(self, whole):
        """Every call of the command pays for this path."""
        code = "import run, sys; run.Environment(sys.argv[1]).lacks([run.MAIN]); print(*sys.modules)"
        answer = subprocess.run(
            [sys.executable, "-S", "-c", code, whole.root],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert not {"subprocess", "venv", "shutil", "typing"} & set(answer.stdout.split())


class TestFailures:
    def test_pip_that_fails_is_one_line_that_says_how_to_go_on(self, checkout):
        """Here it fails for want of an index, as it does for want of a network."""
        done = call(checkout, "--help")
        start, failure = done.stderr.splitlines()
        assert done.returncode == 1
        assert done.stdout == ""
        assert start.startswith("run.py: setting up deter in .venv: about a minute")
        assert failure.startswith(
            "run.py: pip could not install the packages: No matching distribution found for "
        )
        assert "pip download -r requirements.lock -d wheels" in failure
        assert "PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels python3 run.py" in failure
        assert (checkout / ".venv" / "pip.log").stat().st_size > 0

    @pytest.mark.parametrize("name", [run.MAIN, "pyproject.toml"])
    def test_an_incomplete_checkout_is_one_line(self, whole, name):
        Path(whole.root, name).unlink()
        done = call(Path(whole.root), "--help")
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert name in done.stderr

    def test_pip_that_wrote_nothing_leaves_a_working_environment(self, whole, monkeypatch, tmp_path):
        """Asked for the tests without a network, the main job must go on working."""
        Path(whole.stamp(run.DEV)).unlink()
        monkeypatch.setattr(run, "_site_packages", lambda env: str(tmp_path))

        def fail(env, locks, turn):
            raise run.SetupError("no network")

        monkeypatch.setattr(run, "_pip_install", fail)
        with pytest.raises(run.SetupError):
            run.set_up(whole, [run.MAIN, run.DEV])
        assert whole.lacks([run.MAIN]) == []

    def test_pip_that_wrote_something_does_not(self, whole, monkeypatch, tmp_path):
        Path(whole.stamp(run.DEV)).unlink()
        site = tmp_path / "site"
        site.mkdir()
        monkeypatch.setattr(run, "_site_packages", lambda env: str(site))

        def break_off(env, locks, turn):
            (site / "half").mkdir()
            raise KeyboardInterrupt

        monkeypatch.setattr(run, "_pip_install", break_off)
        with pytest.raises(KeyboardInterrupt):
            run.set_up(whole, [run.MAIN, run.DEV])
        assert not whole.whole()

    def test_interrupted_is_130(self, monkeypatch, capsys):
        def interrupted(env, argv):
            raise KeyboardInterrupt

        monkeypatch.setattr(run, "run", interrupted)
        assert run.main([]) == 130
        assert "the same command starts the set-up again" in capsys.readouterr().err

    def test_settings_that_would_install_elsewhere_are_left_out(self, whole, monkeypatch):
        """PYTHONPATH would count packages from elsewhere as installed; the user's index stays."""
        seen = {}

        class Pip:
            returncode = 0

            def __init__(self, command, env, **rest):
                seen.update(env)

            def poll(self):
                return 0

        Path(run._site_packages(whole), "pip").mkdir(parents=True, exist_ok=True)
        for name, value in {
            "PYTHONPATH": "x",
            "PIP_TARGET": "x",
            "PIP_USER": "1",
            "PIP_INDEX_URL": "mine",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(subprocess, "Popen", Pip)
        monkeypatch.setattr(run, "_site_packages", lambda env: str(Path(run.__file__).parent))
        monkeypatch.setattr(run, "_own_pip", lambda: ["pip"])
        run._pip_install(whole, [run.MAIN], 0)
        assert not {"PYTHONPATH", "PIP_TARGET"} & set(seen)
        assert (seen["PIP_USER"], seen["PIP_INDEX_URL"]) == ("0", "mine")


@pytest.mark.skipif(os.name == "nt", reason="the lock of Windows is another")
def test_a_second_set_up_waits_for_the_first(tmp_path, capsys):
    import fcntl

    path = tmp_path / "lock"
    code = "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print(flush=True); time.sleep(1)"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as first:
        first.stdout.readline()
        started = time.perf_counter()
        with path.open("a") as turn:
            run._take_turn(turn.fileno())
            assert time.perf_counter() - started > 0.5
            fcntl.flock(turn, fcntl.LOCK_UN)
    assert capsys.readouterr().err == "run.py: another set-up is under way here; waiting for it\n"


class TestBrowser:
    def test_finds_the_one_of_this_machine(self, monkeypatch, tmp_path):
        (tmp_path / "google-chrome").write_text("")
        (tmp_path / "google-chrome").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert run.find_browser() == str(tmp_path / "google-chrome")

    def test_without_one_it_says_that_tests_will_be_skipped_and_asks_once(
        self, whole, monkeypatch, tmp_path, capsys
    ):
        monkeypatch.setenv("PATH", str(tmp_path))  # no browser, and no apt-get either
        assert run.find_browser() is None
        run._ensure_browser(whole)
        run._ensure_browser(whole)
        assert capsys.readouterr().err.count("will be skipped") == 1

    def test_only_root_installs_packages(self, monkeypatch):
        monkeypatch.setattr(run.os, "geteuid", lambda: 1000)
        assert run._apt_install("chromium", "a reason") is False


class TestHelp:
    def test_names_what_deter_does_not_know(self, monkeypatch, capsys):
        """Before deter's own help, the jobs that are run.py's."""
        became = []
        monkeypatch.setattr(run, "set_up", lambda env, locks: None)
        monkeypatch.setattr(run, "_become", lambda command: became.append(command) or 0)
        for word in ("--help", "-h"):
            assert run.main([word]) == 0
            assert became.pop()[-1] == word
            told = capsys.readouterr().out
            for job in ("run.py test", "run.py check", "run.py bench"):
                assert job in told

    def test_help_of_a_command_is_deters_alone(self, monkeypatch, capsys):
        monkeypatch.setattr(run, "set_up", lambda env, locks: None)
        monkeypatch.setattr(run, "_become", lambda command: 0)
        run.main(["compare", "--help"])
        assert capsys.readouterr().out == ""

    def test_bench_names_its_parts(self, capsys):
        """Exit 0 for --help, 2 for a part that there is not, and nothing timed."""
        assert bench.main(["--help"]) == 0
        told = capsys.readouterr().out
        assert all(part in told for part in bench.PARTS)
        assert bench.main(["startap"]) == 2
        assert "did you mean 'startup'?" in capsys.readouterr().err
