#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What bash offers at the Tab key.  t/unit/manual.c compares the options of
# sbatch with the table.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"
# shellcheck source=completion/scheckpoint
. "$root/completion/scheckpoint"

# offers FUNCTION COMMAND WORD...: prints what the function offers for the last
# word, on one line; "=" is a word of its own, as for bash
offers() {
	local function=$1

	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" \
		"${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
	echo "${COMPREPLY[@]}"
}

run scheckpoint --help
commands=$(said out | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' | xargs)
is "scheckpoint: each command" "$commands --help --version" \
	"$(offers _scheckpoint scheckpoint '')"
is "and the one that begins so" vacate "$(offers _scheckpoint scheckpoint va)"
is "the options of a command" "--progress= --schema= --shard= --mark= --help" \
	"$(offers _scheckpoint scheckpoint save -)"
is "the words that set knows" "total= grace= max-runs= max-stalls=" \
	"$(PATH=$build/bin:/usr/bin:/bin offers _scheckpoint scheckpoint set '' |
		tr ' ' '\n' | grep '=' | xargs)"
is "files where files are wanted" "" "$(offers _scheckpoint scheckpoint save s)"
is "and as the value of an option" "" \
	"$(offers _scheckpoint scheckpoint save --mark = '')"

# With Slurm's own completion, as bash-completion loads it.
mkdir -p user/completions
cat >user/completions/sbatch <<'END'
_slurms_own() { COMPREPLY=(--chdir= --checkpoint=); }
complete -o nospace -F _slurms_own sbatch
END
export BASH_COMPLETION_USER_DIR=$work/user
shopt -s extglob progcomp
# shellcheck disable=SC1091 # of another package
. /usr/share/bash-completion/bash_completion
# shellcheck source=completion/sbatch
. "$root/completion/sbatch"
is "sbatch: an option" --checkpoint-clean= \
	"$(offers _checkpoint_sbatch sbatch --checkpoint-cl |
		tr ' ' '\n' | grep clean)"
is "its values" "never success" \
	"$(offers _checkpoint_sbatch sbatch --checkpoint-clean =)"
is "and the one that begins so" success \
	"$(offers _checkpoint_sbatch sbatch --checkpoint-clean = su)"
offers _checkpoint_sbatch sbatch --ch >options
is "what Slurm completes comes as well, and once" "--chdir= --checkpoint=" \
	"$(tr ' ' '\n' <options | grep -v -e '--checkpoint-' | xargs)"
is "with the options that Slurm has for it" \
	"complete -o nospace -F _checkpoint_sbatch sbatch" "$(complete -p sbatch)"
finish
