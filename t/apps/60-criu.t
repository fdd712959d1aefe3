#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --checkpoint-method=criu: programs that don't save anything themselves are
# stopped three times, on other nodes, and end as if they had not been.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/apps/criu.sh
. "$TOP/t/apps/criu.sh"
cluster_up --nodes 4

# Each program prints what depends on all that it has computed.
cat >threads.py <<'EOP'
import threading, time
total = [0, 0, 0]
def count(k):
    x = k + 1
    for i in range(110):
        time.sleep(0.2)
        x = (x * 1103515245 + 12345) % 2147483648
        total[k] = x
threads = [threading.Thread(target=count, args=(k,)) for k in range(3)]
for t in threads:
    t.start()
for i in range(110):
    time.sleep(0.2)
    print("tick", i, flush=True)
for t in threads:
    t.join()
print("result", total)
EOP
cat >openmp.c <<'EOP'
#include <stdio.h>
#include <time.h>
int main(void)
{
	double sum[4] = {0};
	struct timespec pause = {.tv_nsec = 200000000};
	for (int i = 0; i < 110; i++) {
		#pragma omp parallel for num_threads(4)
		for (int k = 0; k < 4; k++)
			for (int n = 1; n < 100000; n++)
				sum[k] += 1.0 / (n + k + i);
		nanosleep(&pause, NULL);
		printf("tick %d\n", i);
		fflush(stdout);
	}
	printf("result %.12f %.12f\n", sum[0], sum[3]);
	return 0;
}
EOP
cat >seed.R <<'EOP'
set.seed(7)
x <- 0
for (i in 0:109) {
	Sys.sleep(0.2)
	x <- x + mean(rnorm(1000))
	cat("tick", i, "\n")
}
cat("result", format(x, digits = 15), "\n")
EOP
cat >seed.m <<'EOP'
rand("seed", 7); x = 0;
for i = 0:109
  pause(0.2); x = x + sum(rand(1, 1000));
  printf("tick %d\n", i); fflush(stdout);
end
printf("result %.9f\n", x);
EOP
cat >Count.java <<'EOP'
public class Count {
	public static void main(String[] args) throws Exception {
		java.util.Random random = new java.util.Random(7);
		long sum = 0;
		for (int i = 0; i < 110; i++) {
			Thread.sleep(200);
			for (int k = 0; k < 1000; k++)
				sum += random.nextInt(1000);
			System.out.println("tick " + i);
			System.out.flush();
		}
		System.out.println("result " + sum);
	}
}
EOP
# It appends to one file, and rewrites another in place.
cat >files.py <<'EOP'
import time
log = open("files.log", "a")
table = open("files.table", "w+b")
for i in range(110):
    time.sleep(0.2)
    log.write("step %d\n" % i)
    log.flush()
    table.seek(8 * (i % 7))
    table.write(b"%8d" % i)
    table.flush()
    print("tick", i, flush=True)
table.seek(0)
print("result", table.read().split(), open("files.log").read().count("step"))
EOP
gcc -O1 -fopenmp -o openmp openmp.c || bail_out 'no OpenMP program'

names=(threads openmp tee files)
cat >run <<'EOS'
#!/bin/bash
# run NAME: as a job, and uninterrupted
export OMP_NUM_THREADS=4 JAVA_TOOL_OPTIONS=-Xmx64m
case $1 in
threads | files) python3 "$1.py" ;;
openmp) ./openmp ;;
tee) python3 threads.py | tee copy && tail -n 1 copy ;;
R) Rscript seed.R ;;
octave) octave-cli -q --no-window-system seed.m ;;
java) java -XX:+UseSerialGC -Xshare:off Count ;;
esac
code=$?
echo "the script's own end"
exit $code
EOS
chmod 755 run
command -v Rscript >/dev/null && names+=(R)
command -v octave-cli >/dev/null && names+=(octave)
if command -v javac >/dev/null; then
	javac Count.java 2>/dev/null && names+=(java)
fi
note "programs: ${names[*]}"

# Uninterrupted, each in a directory of its own; and as jobs.
declare -A id
for name in "${names[@]}"; do
	for dir in "alone-$name" "job-$name"; do
		mkdir "$dir"
		cp run threads.py files.py seed.R seed.m openmp "$dir"
		[ ! -e Count.class ] || cp Count.class "$dir"
		chown -R "$JOB_USER" "$dir"
	done
	(cd "alone-$name" && as_owner ./run "$name" >out 2>&1) &
	id[$name]=$(cd "job-$name" && submit --checkpoint=30 --time=10 \
		--checkpoint-method=criu --output=out run "$name")
done

# computes NAME RUN: it has printed five lines in that run
computes()
{
	[ "$(sed -n "/scheckpoint: run $2 on/,\$p" "job-$1/out" |
		grep -c '^tick')" -ge 5 ]
}

for run in 0 1 2; do
	for name in "${names[@]}"; do
		wait_for 40 "$name to compute in run $run" computes "$name" $run
		as_owner scheckpoint requeue "${id[$name]}" >/dev/null
	done
	for name in "${names[@]}"; do
		wait_for 20 "the requeue of $name" \
			restarted "${id[$name]}" $((run + 1))
	done
done
for name in "${names[@]}"; do
	wait_job 90 "${id[$name]}" COMPLETED
	ok "$name: completes" job_is "${id[$name]}" COMPLETED
	is "$(grep -c 'criu has restored version' "job-$name/out")" 3 \
		"$name: was restored three times"
	is "$(grep -v scheckpoint: "job-$name/out")" \
		"$(cat "alone-$name/out")" \
		"$name: its output is that of an uninterrupted run"
done
cmp -s job-files/files.log alone-files/files.log
tap $? 'a file that was appended to is the same'
cmp -s job-files/files.table alone-files/files.table
tap $? 'a file that was rewritten is the same'
nodes_idle
done_testing
