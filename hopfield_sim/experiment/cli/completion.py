"""Shell completion scripts: ``hopfield-sim --completion bash``."""

from __future__ import annotations

from collections.abc import Sequence

from hopfield_sim import backends, checks
from hopfield_sim.experiment.cli.options import OPTIONS, VERBS, own_options
from hopfield_sim.experiment.cli.options import studies as studies_of
from hopfield_sim.experiment.studies.registry import STUDIES, typed
from hopfield_sim.experiment.sweeps.fields import Field, fields
from hopfield_sim.experiment.sweeps.study import Study

__all__ = ["SHELLS", "script"]

SHELLS = ("bash", "zsh", "fish")

_VALUES = {"backend": backends.NAMES, "completion": SHELLS}
"""Values of the options that every study has."""

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
    """Return the completion script for a shell.

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
        for name, words in _values().items()
    )
    studies = "\n".join(
        f'        {typed(name)}) words="{" ".join(_options(study))}" ;;'
        for name, study in STUDIES.items()
    )
    return _BASH.format(
        shell=shell,
        values=values,
        studies=studies,
        names=" ".join([*map(typed, STUDIES), *VERBS]),
        options=" ".join([*_options(*studies_of(None)), *_OTHERS[1:]]),
    )


def _zsh(shell: str) -> str:
    return "autoload -U +X bashcompinit && bashcompinit\n" + _bash(shell)


def _fish(shell: str) -> str:
    lines = [_FISH.format(names=" ".join([*map(typed, STUDIES), *VERBS]))]
    helps = {name: (o.help, o.metavar) for name, o in OPTIONS.items()}
    for f in _fields():
        helps.setdefault(f.option, (f.help, f.kind.metavar))
    values = _values()
    for name, (text, metavar) in helps.items():
        who = [typed(study) for study in STUDIES if f"--{name}" in _options(STUDIES[study])]
        quoted = text.replace("\\", "").replace("'", "\\'")
        line = f"complete -c hopfield-sim -l {name} -d '{quoted}'"
        if len(who) < len(STUDIES):
            line += f" -n '__fish_seen_subcommand_from {' '.join(who)}'"
        if name in values:
            line += f" -x -a '{' '.join(values[name])}'"
        elif metavar:
            line += " -r"
        lines.append(line + "\n")
    return "".join(lines)


def _fields() -> list[Field]:
    """Return the fields of all studies that have an option."""
    return [f for study in STUDIES.values() for f in fields(study) if f.option]


def _values() -> dict[str, Sequence[str]]:
    """Return the values of options that take one of several words, over all studies."""
    values: dict[str, Sequence[str]] = dict(_VALUES)
    for f in _fields():
        if f.kind.values:
            values[f.option] = list(dict.fromkeys([*values.get(f.option, ()), *f.kind.values]))
    return values


def _options(*studies: type[Study]) -> list[str]:
    """Return the options of some studies, as typed."""
    sizes = {"quick": any(s.small for s in studies), "full": any(s.large for s in studies)}
    common = [name for name in OPTIONS if sizes.get(name, True)]
    return [*(f"--{name}" for name in (*own_options(studies), *common)), "--help"]
