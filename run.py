#!/usr/bin/env python3
"""Set up deter in .venv, once, and run it. Standard library only.

    python3 run.py                      the main job: compare the policies of scenarios/fighters-vs-infrastructure.yaml
    python3 run.py ARGS...              deter ARGS...
    python3 run.py test [--nightly] [pytest's arguments]
    python3 run.py check                lint, format, types, schemas (with FILE...: deter check FILE...)
    python3 run.py bench [part...]      timings (bench --help names the parts)

This file parses on Python 3.6, to say there in one line that it is too old. Everything that only a set-up
needs is imported by the set-up: each later call pays for what is at the top.
"""

import hashlib
import os
import sys

MYPY = False  # mypy takes it for true
if MYPY:
    import subprocess  # noqa: F401  a type comment names it

ROOT = os.path.dirname(os.path.realpath(__file__))
OLDEST = (3, 11)
MAIN, DEV = "requirements.lock", "requirements-dev.lock"
STUDY = os.path.join("scenarios", "fighters-vs-infrastructure.yaml")
# -P: a folder called `sim` where the user stands must not be taken for ours.
HELP = """run.py sets deter up in .venv, once, and runs it. Beside the commands of deter below:

  run.py                    the main job: compare the policies of scenarios/fighters-vs-infrastructure.yaml
  run.py test [--nightly]   the tests, with pytest's arguments
  run.py check              lint, format, types and schemas; with FILE...: check config files
  run.py bench [PART...]    timings
"""
DETER = ["-P", "-c", "import sys; sys.argv[0] = 'deter'; from sim.cli import main; sys.exit(main())"]
CHECKS = [
    ("ruff check", ["-m", "ruff", "check", "."]),
    ("ruff format --check", ["-m", "ruff", "format", "--check", "."]),
    ("mypy --strict", ["-m", "mypy", "--strict"]),
    ("deter schema --check", [*DETER, "schema", "--check"]),
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FAILED, CHECK_FAILED, INTERRUPTED = 1, 4, 130  # as deter's own exit codes


class SetupError(Exception):
    """The set-up can't go on; its text is the one line that the user sees."""


def say(line):
    # type: (str) -> None
    """Tell people; stdout belongs to the program's own output."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def too_old(version):
    # type: (tuple[int, ...]) -> str | None
    """Return the line to show if this Python is older than the oldest that deter runs on."""
    if version[:2] >= OLDEST:
        return None
    import shutil

    line = "run.py: deter needs Python 3.11 or newer, and this is Python " + ".".join(map(str, version[:3]))
    for minor in range(20, OLDEST[1] - 1, -1):
        if shutil.which("python3.%d" % minor):
            return line + ". This machine has one: python3.%d run.py" % minor
    return line + ". Install one and call run.py with it, as in: python3.11 run.py"


def plan(argv):
    # type: (list[str]) -> tuple[str, list[str], list[str]]
    """Return the job (main, test, check, bench or deter), the locks that it needs and its arguments."""
    if not argv:
        return "main", [MAIN], []
    job, rest = argv[0], argv[1:]
    if job in ("test", "bench") or (job == "check" and not rest):
        return job, [MAIN, DEV], rest
    return "deter", [MAIN], argv


class Environment:
    """The virtual environment of one checkout, and the notes that it keeps about its own state.

    `.deter-LOCK` holds the digest of what was installed; `.unfinished` stands while pip writes. An environment
    without the first, or with the second, is half made and is made anew.
    """

    def __init__(self, root):
        # type: (str) -> None
        self.root = root
        self.folder = os.path.join(root, ".venv")
        windows = os.name == "nt"
        self.python = os.path.join(
            self.folder, *(("Scripts", "python.exe") if windows else ("bin", "python"))
        )
        self.unfinished = os.path.join(self.folder, ".unfinished")
        self.log = os.path.join(self.folder, "pip.log")

    def stamp(self, lock):
        # type: (str) -> str
        """Return the file that says which version of a lock is installed."""
        return os.path.join(self.folder, ".deter-" + lock)

    def digest(self, lock):
        # type: (str) -> str
        """Return what the stamp must hold: the lock, the project file and which Python stands behind .venv."""
        total = hashlib.sha256()
        for name in (lock, "pyproject.toml"):
            with open(os.path.join(self.root, name), "rb") as file:
                total.update(file.read())
        # A distribution's upgrade may turn `python3` into the next minor version, which sees none of the packages.
        total.update(os.path.basename(os.path.realpath(self.python)).encode())
        return total.hexdigest()

    def whole(self):
        # type: () -> bool
        """Say whether the environment was once made to the end and no installation broke off since."""
        main = self.stamp(MAIN)
        return os.path.exists(self.python) and os.path.exists(main) and not os.path.exists(self.unfinished)

    def lacks(self, locks):
        # type: (list[str]) -> list[str]
        """Return the locks that are still to be installed."""
        return [lock for lock in locks if not (self.whole() and _read(self.stamp(lock)) == self.digest(lock))]


def _read(path):
    # type: (str) -> str
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _write(path, text):
    # type: (str, str) -> None
    """Write a file whole or not at all."""
    with open(path + ".new", "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(path + ".new", path)


def set_up(env, locks):
    # type: (Environment, list[str]) -> None
    """Install what is missing; return at once if nothing is."""
    if not env.lacks(locks):
        return
    with open(os.path.join(env.root, ".venv.lock"), "a") as turn:
        _take_turn(turn.fileno())
        lacking = env.lacks(locks)  # the process that we waited for may have done it
        if lacking:
            _install(env, lacking, turn.fileno())


def _take_turn(fileno):
    # type: (int) -> None
    """Wait until no other process sets up. The system frees the lock when its holder ends, however it ends."""
    waiting = "run.py: another set-up is under way here; waiting for it"
    if sys.platform == "win32":
        import msvcrt
        import time

        told = False
        while True:
            try:
                msvcrt.locking(fileno, msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                if not told:
                    say(waiting)
                told = True
                time.sleep(1)
    else:
        import fcntl

        try:
            fcntl.flock(fileno, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting)
            fcntl.flock(fileno, fcntl.LOCK_EX)
        except OSError:
            pass  # a file system without locks: go on alone


def _install(env, locks, turn):
    # type: (Environment, list[str], int) -> None
    import time

    started = time.perf_counter()
    fresh = not (env.whole() and os.path.isdir(_site_packages(env)))  # a new minor version has another folder
    what, size = ("deter and its test tools", "1.2 GB") if DEV in locks else ("deter", "0.8 GB")
    if fresh:
        say("run.py: setting up %s in .venv: about a minute and %s, only this once" % (what, size))
        _make(env)
    else:
        say("run.py: installing %s into .venv: what is new or has changed" % what)
    site = _site_packages(env)
    before = sorted(os.listdir(site))
    _write(env.unfinished, "")
    try:
        _pip_install(env, locks, turn)
    except BaseException:
        if not fresh and sorted(os.listdir(site)) == before:
            os.remove(env.unfinished)  # pip gave up before it wrote anything: what was there still works
        raise
    # A path relative to site-packages: the checkout may be moved or renamed.
    _write(os.path.join(site, "deter.pth"), os.path.relpath(env.root, site) + "\n")
    if os.name != "nt":
        command = os.path.join(os.path.dirname(env.python), "deter")
        _write(command, '#!/bin/sh\nexec "$(dirname -- "$0")/python" -P -c "%s" "$@"\n' % DETER[-1])
        os.chmod(command, 0o755)  # noqa: S103  a command, for everyone who may enter the folder
    for lock in locks:
        _write(env.stamp(lock), env.digest(lock))
    os.remove(env.unfinished)
    say("run.py: set up in %.0f s" % (time.perf_counter() - started))


def has_ensurepip():
    # type: () -> bool
    """Say whether this Python can put pip into a new environment (Debian's needs python3-venv for that)."""
    import importlib.util

    return importlib.util.find_spec("ensurepip") is not None


def _make(env):
    # type: (Environment) -> None
    """Make an empty environment where there was none or half of one."""
    import importlib
    import shutil
    import subprocess
    import venv

    if os.path.islink(env.folder) or os.path.isfile(env.folder):
        os.remove(env.folder)
    elif os.path.isdir(env.folder):
        shutil.rmtree(env.folder)
    if not has_ensurepip() and not _own_pip() and os.path.dirname(sys.executable) == "/usr/bin":
        _apt_install("python3-venv", "this Python has neither ensurepip nor pip")
        importlib.invalidate_caches()
    # Links where the system has them, as `python3 -m venv` does: a copied Python may not find its library.
    links = os.name != "nt"
    try:
        venv.create(env.folder, symlinks=links, with_pip=has_ensurepip())
    except subprocess.CalledProcessError:  # an ensurepip without its wheels
        venv.create(env.folder, symlinks=links, clear=True)


def _own_pip():
    # type: () -> list[str]
    """Return the command of this Python's pip, told to work on another Python; empty if it can't (pip < 22.3)."""
    import subprocess

    pip = [sys.executable, "-m", "pip", "--python"]
    probe = [*pip, sys.executable, "--version"]
    works = subprocess.call(probe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    return pip if works else []


def _site_packages(env):
    # type: (Environment) -> str
    """Return the folder that the environment's Python imports packages from; empty if that Python does not run."""
    import subprocess

    ask = [env.python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    answer = subprocess.run(ask, stdout=subprocess.PIPE, universal_newlines=True)
    return answer.stdout.strip()


def _pip_install(env, locks, turn):
    # type: (Environment, list[str], int) -> None
    import subprocess

    pip = [env.python, "-m", "pip"]
    if not os.path.isdir(os.path.join(_site_packages(env), "pip")):
        pip = _own_pip()
        if not pip:
            raise SetupError(
                "run.py: this Python can't install packages: it has neither ensurepip nor pip 22.3 or newer. "
                "On Debian or Ubuntu: apt install python3-venv; then call again"
            )
        pip.append(env.python)
    # --no-deps: the lock is complete, so there is nothing to resolve.
    command = [*pip, "install", "-q", "--no-deps", "--require-hashes", "--no-input"]
    for lock in locks:
        command += ["-r", os.path.join(env.root, lock)]
    # The user's settings for the index stay; those that would install elsewhere, or count packages from elsewhere as
    # installed, do not.
    elsewhere = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT")
    environ = {name: value for name, value in os.environ.items() if name not in elsewhere}
    environ.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
    with open(env.log, "wb") as log:
        # pip holds the lock too: if we are killed, the next call waits until pip is gone.
        held = () if os.name == "nt" else (turn,)
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environ, pass_fds=held)
        try:
            _watch(process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode:
        raise SetupError(_pip_failure(env, locks))


def _watch(process):
    # type: (subprocess.Popen[bytes]) -> None
    """Wait for pip; on a terminal, count the seconds."""
    import subprocess

    seconds = 0
    while process.poll() is None:
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            seconds += 1
            if sys.stderr.isatty():
                sys.stderr.write("\r  installing, %d s " % seconds)
                sys.stderr.flush()
    if seconds and sys.stderr.isatty():
        sys.stderr.write("\r%s\r" % (" " * 30))


def _pip_failure(env, locks):
    # type: (Environment, list[str]) -> str
    lines = [line.strip() for line in _read(env.log).splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["it gave no reason"]
    files = " ".join("-r " + lock for lock in locks)
    return (
        "run.py: pip could not install the packages: {reason} (all it said: {log}). If this machine has no network: on "
        "one that has, run `python3 -m pip download {files} -d wheels`, bring the folder wheels here, then "
        "`PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels python3 run.py`"
    ).format(reason=errors[-1].replace("ERROR: ", "")[:300], log=env.log, files=files)


def find_browser():
    # type: () -> str | None
    """Return the path of a Chromium or Chrome of this machine, for the tests that open a page."""
    import shutil

    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _ensure_browser(env):
    # type: (Environment) -> None
    """Install Chromium where we may, trying once; elsewhere the tests that need it skip themselves."""
    tried = os.path.join(env.folder, ".browser-tried")
    if find_browser() or os.path.exists(tried):
        return
    if not _apt_install("chromium", "the tests of the report open it in a browser"):
        say("run.py: no Chromium or Chrome here: the tests that open the report in a browser will be skipped")
        _write(tried, "")


def _apt_install(package, why):
    # type: (str, str) -> bool
    """Install a Debian package if this is Debian and we are root; return whether it went well."""
    import shutil
    import subprocess

    # Ubuntu's chromium is a snap, which a container can't run.
    debian = "\nID=debian\n" in "\n" + _read("/etc/os-release") + "\n" or package != "chromium"
    if not (debian and shutil.which("apt-get") and os.geteuid() == 0):
        return False
    say("run.py: installing Debian's %s with apt-get: %s" % (package, why))
    environ = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    done = False
    for command in (["update"], ["install", "-y", "--no-install-recommends", package]):
        process = subprocess.run(
            ["apt-get", "-qq", *command],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        done = process.returncode == 0  # the last one decides: an update may fail in part
    return done


def _become(command):
    # type: (list[str]) -> int
    """Run a command in place of this process, where the system can."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606  no shell is wanted
    import subprocess

    return subprocess.call(command)


def _check(env):
    # type: (Environment) -> int
    """Run every check, one line for each, and show what the failing ones said."""
    import subprocess
    import time

    failed = 0
    for name, arguments in CHECKS:
        started = time.perf_counter()
        done = subprocess.run(
            [env.python, *arguments], cwd=env.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        verdict = "FAILED" if done.returncode else "ok"
        print("%-22s %-6s %5.1f s" % (name, verdict, time.perf_counter() - started), flush=True)
        if done.returncode:
            failed += 1
            print(done.stdout.decode(errors="replace"), flush=True)
    return CHECK_FAILED if failed else 0


def run(env, argv):
    # type: (Environment, list[str]) -> int
    """Do what the command line asks for."""
    job, locks, rest = plan(argv)
    set_up(env, locks)
    if job == "main":
        return _become([env.python, *DETER, "compare", os.path.join(env.root, STUDY)])
    if job == "deter":
        if rest in (["--help"], ["-h"]):
            print(HELP)
        return _become([env.python, *DETER, *rest])
    if job == "check":
        return _check(env)
    os.chdir(env.root)
    if job == "bench":
        return _become([env.python, "-m", "tests.bench", *rest])
    _ensure_browser(env)
    chosen = [] if "--nightly" in rest else ["-m", "not nightly"]
    rest = [argument for argument in rest if argument != "--nightly"]
    return _become([env.python, "-m", "pytest", "-n", "2", "--dist", "worksteal", *chosen, *rest])


def main(argv):
    # type: (list[str]) -> int
    """Return the exit code; nobody sees a traceback of the set-up."""
    line = too_old(tuple(sys.version_info[:3]))
    if line:
        say(line)
        return FAILED
    try:
        return run(Environment(ROOT), argv)
    except KeyboardInterrupt:
        say("\nrun.py: interrupted; the same command starts the set-up again")
        return INTERRUPTED
    except SetupError as error:
        say(str(error))
    except Exception as error:
        say("run.py: the set-up failed in %s: %s: %s" % (ROOT, type(error).__name__, error))
    return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
