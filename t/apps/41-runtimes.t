#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs in Java, Go and JavaScript, whose runtimes catch SIGTERM for every
# program: without a handler of their own they compute to the limit and are
# held; with one, they go on and finish exactly.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
needs java javac go node
cluster_up --nodes 2 --conf "$MANY"
declare -A id

# Each program: plain|saver STEPS.  A step is x = (75 x + 74) mod 65537 and a
# quarter of a second; a saver keeps "step x" in the file state.
mkdir bin
cat >bin/Nap.java <<'END'
import java.nio.file.*;
public class Nap {
	static volatile boolean requested;
	public static void main(String[] args) throws Exception {
		int steps = Integer.parseInt(args[1]), n = 0, x = 1;
		Path state = Paths.get("state");
		if (Files.exists(state)) {
			String[] words = Files.readString(state).trim().split(" ");
			n = Integer.parseInt(words[0]);
			x = Integer.parseInt(words[1]);
		}
		if (args[0].equals("saver")) {
			Thread main = Thread.currentThread();
			Runtime.getRuntime().addShutdownHook(new Thread(() -> {
				requested = true;
				try { main.join(); } catch (InterruptedException e) { }
			}));
		}
		for (; n < steps && !requested; n++) {
			Thread.sleep(250);
			x = (75 * x + 74) % 65537;
			System.out.println("tick " + (n + 1));
		}
		if (n == steps)
			Files.writeString(Paths.get("result"), x + "\n");
		else
			Files.writeString(state, n + " " + x + "\n");
	}
}
END
cat >bin/nap.go <<'END'
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	steps, _ := strconv.Atoi(os.Args[2])
	n, x := 0, 1
	if f, err := os.Open("state"); err == nil {
		fmt.Fscan(f, &n, &x)
		f.Close()
	}
	requested := make(chan os.Signal, 1)
	if os.Args[1] == "saver" {
		signal.Notify(requested, syscall.SIGTERM)
	}
	for n < steps {
		select {
		case <-requested:
			text := fmt.Sprintf("%d %d\n", n, x)
			os.WriteFile("state.tmp", []byte(text), 0644)
			os.Rename("state.tmp", "state")
			return
		case <-time.After(250 * time.Millisecond):
		}
		x = (75*x + 74) % 65537
		n++
		fmt.Println("tick", n)
	}
	os.WriteFile("result", []byte(fmt.Sprintln(x)), 0644)
}
END
cat >bin/nap.js <<'END'
const fs = require("fs");
const steps = parseInt(process.argv[3]);
let n = 0, x = 1;
if (fs.existsSync("state"))
	[n, x] = fs.readFileSync("state", "utf8").split(" ").map(Number);
if (process.argv[2] == "saver")
	process.on("SIGTERM", () => {
		fs.writeFileSync("state.tmp", n + " " + x + "\n");
		fs.renameSync("state.tmp", "state");
		process.exit(0);
	});
setInterval(() => {
	x = (75 * x + 74) % 65537;
	console.log("tick", ++n);
	if (n == steps) {
		fs.writeFileSync("result", x + "\n");
		process.exit(0);
	}
}, 250);
END
ok 'Java: the program is compiled' javac bin/Nap.java
ok 'Go: the program is compiled' env GO111MODULE=off \
	"GOCACHE=$SCRATCH/go-cache" "HOME=$SCRATCH" go build -o bin/nap bin/nap.go
declare -A command=([java]="java -Xint -cp $WORK/bin Nap" [go]="$WORK/bin/nap"
	[node]="node $WORK/bin/nap.js")
declare -A runtime=([java]=Java [go]=Go [node]='Node\.js')

# begin NAME COMMAND [OPTION]...: in a directory of its own
begin()
{
	local name=$1 wrapped=$2

	shift 2
	mkdir "in-$name" && chown "$JOB_USER" "in-$name"
	id[$name]=$(cd "in-$name" && submit --partition=many \
		"--job-name=$name" "--output=$WORK/$name.out" --time=1 \
		--checkpoint=35 "$@" --wrap "$wrapped")
}

said() # NAME EXTENDED-REGEX
{
	grep -q -E -e "^[^ ]* scheckpoint: .*$2" "$1.out"
}

# result STEPS: prints what the program computes
result()
{
	local n x=1

	for ((n = 0; n < $1; n++)); do
		x=$(((75 * x + 74) % 65537))
	done
	echo "$x"
}

# exact NAME STEPS: it completed, and computed each step once
exact()
{
	ok "$1: completes" wait_job 300 "${id[$1]}" COMPLETED
	is "$(cat "in-$1/result")" "$(result "$2")" "$1: the result is exact"
	is "$(sed -n 's/^tick //p' "$1.out" | xargs)" "$(seq -s ' ' "$2")" \
		"$1: each step was done once"
	unlike "$(cat "$1.out")" 'saved nothing' \
		"$1: nothing is complained of"
}

for lang in java go node; do
	begin "$lang-plain" "${command[$lang]} plain 1000" \
		--checkpoint-max-stalls=2
	begin "$lang-last" "${command[$lang]} saver 330"
	begin "$lang-first" "${command[$lang]} saver 130" \
		--checkpoint-target=runtimes
	begin "$lang-fits" "${command[$lang]} plain 160"
done

for lang in java go node; do
	name=$lang-fits
	ok "$name: completes" wait_job 120 "${id[$name]}" COMPLETED
	is "$(job_field "${id[$name]}" Restarts)" 0 \
		"$name: in its first run, as without us"

	name=$lang-first
	exact "$name" 130
	ok "$name: got the signal at the first request" said "$name" \
		'SIGTERM to '
	ok "$name: and went on" restarted "${id[$name]}" 1

	name=$lang-last
	exact "$name" 330
	ok "$name: the runtime was named at the request" \
		said "$name" "passed over: its runtime \(${runtime[$lang]}\)"
	ok "$name: signalled at the limit, and at the later request" \
		has_line "$name.out" '^[^ ]* scheckpoint: .*SIGTERM to ' 2
	ok "$name: and went on both times" restarted "${id[$name]}" 2
done
for lang in java go node; do
	name=$lang-plain
	ok "$name: held after runs that saved nothing" \
		wait_held 240 "${id[$name]}"
	ok "$name: the output names the runtime" \
		said "$name" "its runtime \(${runtime[$lang]}\)"
	ok "$name: each run computed almost to its limit" \
		[ "$(grep -c '^tick 180$' "$name.out")" -eq 2 ]
done
nodes_idle
done_testing
