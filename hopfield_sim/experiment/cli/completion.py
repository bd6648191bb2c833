"""Scripts that let a shell complete the command's words: ``hopfield-sim --completion bash``."""

from __future__ import annotations

from hopfield_sim import backends, checks
from hopfield_sim.experiment.cli.options import OPTIONS, VERBS
from hopfield_sim.experiment.studies.registry import STUDIES
from hopfield_sim.experiment.sweeps.study import Study
from hopfield_sim.rules import RULES

__all__ = ["SHELLS", "script"]

SHELLS = ("bash", "zsh", "fish")

_VALUES = {"rules": RULES, "backend": backends.NAMES, "completion": SHELLS}
_OTHERS = ("--help", "--version", "--completion")

_BASH = """\
# Completion of hopfield-sim. For this shell: eval "$(hopfield-sim --completion {shell})"
_hopfield_sim() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words
    case $before in
{values}
        --file|--out|--config) COMPREPLY=(); return ;;
    esac
    case ${{COMP_WORDS[1]}} in
{studies}
        *) words="{names} {options}" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _hopfield_sim hopfield-sim
"""

_FISH = """\
# Completion of hopfield-sim. For this shell: hopfield-sim --completion fish | source
set -l words {names}
complete -c hopfield-sim -n "not __fish_seen_subcommand_from $words" -a "{names}"
"""


def script(shell: str) -> str:
    """Return the script for a shell.

    Raises
    ------
    InvalidInputError
        For a shell that is not one of bash, zsh and fish.
    """
    make = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    return make[checks.choice(shell, SHELLS, "completion")](shell)


def _bash(shell: str) -> str:
    values = "\n".join(
        f'        --{name}) COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$word")); return ;;'
        for name, words in _VALUES.items()
    )
    studies = "\n".join(
        f'        {name}) words="{" ".join(_options(study))}" ;;' for name, study in STUDIES.items()
    )
    return _BASH.format(
        shell=shell,
        values=values,
        studies=studies,
        names=" ".join([*STUDIES, *VERBS]),
        options=" ".join([*(f"--{name}" for name in OPTIONS), *_OTHERS]),
    )


def _zsh(shell: str) -> str:
    return "autoload -U +X bashcompinit && bashcompinit\n" + _bash(shell)


def _fish(shell: str) -> str:
    lines = [_FISH.format(names=" ".join([*STUDIES, *VERBS]))]
    for name, option in OPTIONS.items():
        who = [study for study in STUDIES if f"--{name}" in _options(STUDIES[study])]
        line = f"complete -c hopfield-sim -l {name} -d '{option.help}'"
        if len(who) < len(STUDIES):
            line += f" -n '__fish_seen_subcommand_from {' '.join(who)}'"
        if name in _VALUES:
            line += f" -x -a '{' '.join(_VALUES[name])}'"
        elif option.metavar:
            line += " -r"
        lines.append(line + "\n")
    return "".join(lines)


def _options(study: Study) -> list[str]:
    """The options that a study understands, as they are typed."""
    return [*(f"--{name}" for name in OPTIONS if study.takes(name)), "--help"]
