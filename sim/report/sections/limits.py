"""Section 10: what the tool can't know, in plain words."""

LIMITS: tuple[tuple[str, str], ...] = (
    (
        "Few counts show little.",
        "A handful of window counts fits one constant rate about as well as any model of strikes. An effect that halves or "
        "doubles the rate for a week or two would pass unseen. Where this report says prior-driven, more runs don’t help; "
        "only more evidence would.",
    ),
    (
        "Level and contagion trade off.",
        "A higher background with little self-excitation and a lower one with much give the same totals. Only their "
        "product, the total rate, is known.",
    ),
    (
        "Nothing is known inside a window.",
        "Counts carry no times of attack, so how fast one attack sets off another, and how attacks come in batches, is "
        "largely assumed.",
    ),
    (
        "Only a strike’s net effect could be seen.",
        "Suppression and backlash that cancel leave no trace in a count. No single component may be read as measured.",
    ),
    (
        "Target, place, order and strength go together.",
        "Where a record’s strikes on one class of target come first and fall in one country, and those on another come last "
        "and fall elsewhere, no method can tell which of these mattered. A class that was struck once, or never, keeps its prior.",
    ),
    (
        "Strikes answer attacks.",
        "A defender strikes after a bad spell, and a bad spell tends to end by itself. Some of what looks like deterrence is "
        "that. Windows that end because of an attack are counted too high; the fit allows for it where the record says so.",
    ),
    (
        "Other things move at the same time.",
        "Truces, talks, a sponsor’s orders and slow changes of mobilisation have stopped and started attacks without any "
        "strike. Where they coincide with strikes the record cannot apportion the change. What mobilisation does after the "
        "record ends is assumed, not forecast.",
    ),
    (
        "Counts are revised and defined.",
        "Windows’ ends are uncertain, trackers differ in what they count, and some responses are never reported. In a short "
        "record such errors can exceed the differences between windows.",
    ),
    (
        "Delay, tempo and clarity are not measured.",
        "A record has few responses, and their delays change with all else about them. What a study of these levers shows is its "
        "assumptions at work.",
    ),
    (
        "Attacks averted inherit the priors’ lean.",
        "If the priors lean toward deterrence, so does every count of attacks averted. Read it hypothesis by hypothesis, and "
        "don’t take one policy as the best from it.",
    ),
    (
        "Casualties rest on a few attacks.",
        "Most injuries come from a few attacks and deaths are rarer still; their tails are assumed from other conflicts.",
    ),
    (
        "Wider war is recorded, not modelled.",
        "Its hazard is expert judgement and it changes nothing else in a run. A policy that looks good on attacks can be the "
        "one that starts it: read both columns.",
    ),
    (
        "Intervals are of the model.",
        "The interval of a mean says how precisely the simulation knows its own average, the spread of runs what chance does "
        "under its assumptions. Neither covers the possibility that all hypotheses here are wrong. Each interval stands "
        "alone: of twenty, one misses by chance.",
    ),
    (
        "What is outside.",
        "Law, diplomacy, the value of lives, the cost of forces and the reactions of third states are not weighed. The report "
        "compares outcomes of rules; it does not say what ought to be done.",
    ),
    (
        "What would change the answer.",
        "To halve the uncertainty of one class’s effect, from a prior’s sd of .3, takes about 67 attacks on each side of a strike at an otherwise "
        "constant rate: some 35 days on either side at two a day, longer than most gaps between strikes.",
    ),
)
