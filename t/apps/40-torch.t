#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PyTorch with a DataLoader, whose workers have a handler in C: they are never
# signalled, with a handler in the main program and without one.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
python_has torch || skip_all 'no torch here; as root: scripts/deps apps'
cluster_up --nodes 2 --conf "$MANY"
declare -A id

# train MODE BATCHES: MODE is plain, spawn, exit (saves in its handler) or mark
# (saves at the end of the batch)
script train <<'END'
#!/usr/bin/python3
import os, signal, sys, time
import torch
from torch.utils.data import DataLoader, Dataset, Subset

mode, batches = sys.argv[1], int(sys.argv[2])
pace = float(os.environ.get("PACE", "0.25"))
torch.set_num_threads(1)
torch.manual_seed(1)
model = torch.nn.Linear(8, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
done = 0

class Data(Dataset):
    def __len__(self):
        return batches * 4
    def __getitem__(self, i):
        time.sleep(pace / 2)
        return torch.randn(8, generator=torch.Generator().manual_seed(i))

def save():
    torch.save({"done": done, "model": model.state_dict(),
                "optimizer": optimizer.state_dict()}, "state.pt.tmp")
    os.replace("state.pt.tmp", "state.pt")

requested = []
def on_term(*_):
    requested.append(1)

def main():
    global done
    if mode in ("exit", "mark"):
        signal.signal(signal.SIGTERM, on_term)
    if os.path.exists("state.pt"):
        state = torch.load("state.pt")
        done = state["done"]
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    print("begins at", done, flush=True)
    data = Subset(Data(), range(done * 4, batches * 4))
    loader = DataLoader(data, batch_size=4, num_workers=2,
                        multiprocessing_context="spawn" if mode == "spawn"
                        else None)
    for batch in loader:
        loss = ((model(batch) - batch.sum(1, keepdim=True)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        done += 1
        print("batch", done, flush=True)
        if requested:
            save()
            if mode == "exit":
                sys.exit(3)
            return
    with open("result", "w") as f:
        print(model.state_dict(), file=f)

if __name__ == "__main__":
    main()
END

# begin NAME MODE BATCHES [OPTION]...: in a directory of its own
begin()
{
	local name=$1 mode=$2 batches=$3

	shift 3
	mkdir "in-$name" && chown "$JOB_USER" "in-$name"
	id[$name]=$(cd "in-$name" && submit --partition=many \
		"--job-name=$name" "--output=$WORK/$name.out" --time=1 \
		--checkpoint=35 "$@" --wrap "../train $mode $batches")
}

said() # NAME EXTENDED-REGEX
{
	grep -q -E -e "^[^ ]* scheckpoint: .*$2" "$1.out"
}

begin plain plain 1000 --checkpoint-max-stalls=2
begin spawn spawn 90
begin mark mark 110
begin exit exit 110
mkdir alone && chown "$JOB_USER" alone
ok 'PyTorch: works outside of Slurm as well' \
	as_owner bash -c 'cd alone && PACE=0 timeout 200 ../train plain 110'

for name in mark exit; do
	ok "$name: completes" wait_job 300 "${id[$name]}" COMPLETED
	ok "$name: after a run that was continued" restarted "${id[$name]}" 1
	ok "$name: the result is the same to the last digit" \
		cmp "in-$name/result" alone/result
	is "$(sed -n 's/^batch //p' "$name.out" | xargs)" "$(seq -s ' ' 110)" \
		"$name: no batch was computed twice"
	ok "$name: the main program got the signal" said "$name" \
		'SIGTERM to train '
	unlike "$(cat "$name.out")" 'SIGTERM to pt_data_worker' \
		"$name: its workers did not"
	unlike "$(cat "$name.out")" 'killed by signal|saved nothing' \
		"$name: nothing failed"
done

ok 'spawned workers: completes' wait_job 60 "${id[spawn]}" COMPLETED
is "$(job_field "${id[spawn]}" Restarts)" 0 'in its first run, as without us'
unlike "$(cat spawn.out)" 'SIGTERM to|killed by signal' \
	'no worker was signalled'

ok 'no handler: held after runs that saved nothing' wait_held 240 "${id[plain]}"
unlike "$(cat plain.out)" 'killed by signal|Traceback' \
	'no run was killed in the middle'
unlike "$(cat plain.out)" 'SIGTERM to' 'nothing was signalled'
ok 'each run computed to its limit' \
	[ "$(grep -c '^batch 140$' plain.out)" -eq 2 ]
nodes_idle
done_testing
