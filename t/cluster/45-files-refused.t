#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that can't be read, and files that never change: the program ends as
# requested each time, but nothing is saved.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 1

script closed <<'EOJ'
#!/bin/bash
trap 'exit 0' TERM
[ -e state ] || { echo 1 >state; chmod 0 state; }
echo "run $SLURM_CHECKPOINT_RUN begun"
while :; do sleep 0.1; done
EOJ
id=$(submit --checkpoint=20 --time=5 --output=closed.out \
	--checkpoint-files=state closed)
for run in 0 1 2; do
	wait_for 40 "run $run" grep -q "^run $run begun" closed.out
	as_owner scancel -b -s TERM "$id"
done
wait_for 40 'the hold' restarted "$id" 3
like "$(cat closed.out)" 'files were not collected: .*state' \
	'the output says why'
wait_for 20 'the hold' is_held "$id"
ok 'after three such runs the job is held' is_held "$id"
like "$(job_field "$id" Comment)" 'saved nothing' 'and its comment says why'

# ---- the named files of `fixed` never change, those of `moving` do; its
# patterns overlap, and name equal files elsewhere
script fixed <<'EOJ'
#!/bin/bash
trap 'exit 0' TERM
[ -e fixed-state ] || echo 1 >fixed-state
touch fixed-state
echo "run $SLURM_CHECKPOINT_RUN begun"
while :; do sleep 0.1; done
EOJ
script moving <<'EOJ'
#!/bin/bash
trap 'exit 0' TERM
mkdir -p out else/a else/b
echo "$SLURM_CHECKPOINT_RUN" | tee out/state.json else/a/s else/b/s >out/b.json
echo "run $SLURM_CHECKPOINT_RUN begun"
while :; do sleep 0.1; done
EOJ
fixed=$(submit --checkpoint=20 --time=5 --output=fixed.out \
	--checkpoint-files=fixed-state,fixed-typo* fixed)
moving=$(submit --checkpoint=20 --time=5 --output=moving.out \
	--checkpoint-files="out/*.json,out/state*,out,$PWD/else/?/s" moving)
for run in 0 1 2 3; do
	for name in fixed moving; do
		wait_for 60 "$name, run $run" \
			grep -q "^run $run begun" "$name.out"
		as_owner scancel -b -s TERM "${!name}"
	done
done
wait_for 60 'the hold' is_held "$fixed"
ok 'a job whose files stay the same is held after three such runs' \
	is_held "$fixed"
is "$(find "checkpoint-$fixed" -maxdepth 1 -name 'v0*' | wc -l)" 1 \
	'and only its first run has made a version'
like "$(cat fixed.out)" 'as the newest version has them: nothing new is' \
	'the output says why'
is "$(grep -c -- '--checkpoint-files: fixed-typo\* matches no file' fixed.out)" \
	1 'and that a pattern matches nothing, once'
wait_for 60 'run 4' grep -q '^run 4 begun' moving.out
as_owner scancel "$moving"
is "$(cat "checkpoint-$moving/v000004/out/state.json")" 3 \
	'a job whose files change goes on'
ok 'what lies elsewhere under equal names is told apart' \
	test -s "checkpoint-$moving/v000004/a/s" -a \
	-s "checkpoint-$moving/v000004/b/s"
nodes_idle
done_testing
