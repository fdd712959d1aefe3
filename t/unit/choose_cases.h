/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choose_cases.h: the trees of choose.c, which explains how they are drawn. */
/* clang-format off */

/* ---------------------------------------------------------------- shells */
{"bash without a trap is frozen, its program signalled",
 "FREEZE - bash job.sh :: gmx mdrun; echo done == next piece of work\n"
 "  SIGNAL C gmx mdrun == catches it\n"},
{"dash without a trap is frozen as well",
 "FREEZE - dash job.sh :: gmx mdrun\n"
 "  SIGNAL C gmx mdrun\n"},
{"a shell under the kernel's name of the script",
 "FREEZE - exe=/usr/bin/bash comm=slurm_script /bin/sh /spool/slurm_script\n"
 "  SIGNAL C program\n"},
{"the sh of busybox",
 "FREEZE - exe=/bin/busybox comm=sh sh job.sh\n"
 "  SIGNAL C program\n"},
{"a login shell",
 "FREEZE - exe=/bin/zsh -zsh\n"
 "  SIGNAL C program\n"},
{"a shell whose executable can't be read",
 "FREEZE - exe=/ comm=bash bash job.sh\n"
 "  SIGNAL C program\n"},
{"bash with a TERM trap gets it, and its program, too",
 "SIGNAL C bash job.sh :: trap 'echo bye' TERM; gmx == has a trap for it\n"
 "  SIGNAL C gmx mdrun\n"},
{"dash with a TERM trap gets it",
 "SIGNAL C dash job.sh :: trap cleanup 15; gmx\n"
 "  PASS - sleep 100 == would die\n"},
{"bash with an EXIT trap only is frozen, though it catches all",
 "FREEZE E bash job.sh :: trap 'rm -rf $tmp' EXIT; gmx mdrun\n"
 "  SIGNAL C gmx mdrun\n"},
{"bash with an EXIT trap only and no catcher below",
 "PASS E bash job.sh :: trap cleanup EXIT; sleep 9 == would die\n"
 "  PASS - sleep 9\n"},
{"an EXIT trap and a TERM trap",
 "SIGNAL E bash job.sh :: trap a EXIT; trap b TERM; gmx mdrun\n"
 "  SIGNAL C gmx mdrun\n"},
{"a trap in the script that isn't set yet",
 "FREEZE - bash job.sh :: prepare; trap b TERM; gmx mdrun\n"
 "  SIGNAL C prepare\n"},
{"a trap for another signal",
 "FREEZE U bash job.sh :: trap 'scontrol requeue' USR1; gmx\n"
 "  SIGNAL C gmx\n"},
{"a trap from a file that bash has sourced",
 "SIGNAL C bash job.sh :: . ./lib.sh; gmx == has a trap for it\n"
 "  SIGNAL C gmx\n"},
{"an EXIT trap, and perhaps another in a sourced file",
 "FREEZE E bash job.sh :: . ./lib.sh; gmx\n"
 "  SIGNAL C gmx\n"},
{"zsh that catches it without naming it isn't believed",
 "FREEZE C zsh job.sh :: gmx\n"
 "  SIGNAL C gmx\n"},
{"a script that can't be read, with an EXIT trap",
 "FREEZE E bash job.sh\n"
 "  SIGNAL C gmx\n"},
{"a trap that passes the signal on answers for its program",
 "SIGNAL C bash job.sh :: trap 'kill $p; wait' TERM; gmx & p=$!; wait "
 "== passes it on\n"
 "  ONWARD C gmx\n"},
{"below such a script only programs are awaited, not their workers",
 "SIGNAL C bash job.sh :: trap 'kill $p; wait' TERM; x & p=$!; wait "
 "== passes it on\n"
 "  LEAVE C timeout 60 x\n"
 "    LEAVE - sh -c x\n"
 "      ONWARD C python3 a.py\n"
 "        LEAVE C python3 a.py\n"
 "        LEAVE C python3 b.py\n"
 "  LEAVE - sleep 1\n"
 "  LEAVE Z gmx\n"
 "  LEAVE CJ java Nap\n"
 "  ONWARD A gmx\n"},
{"a trap beside a kill -0 passes nothing on",
 "SIGNAL C bash job.sh :: trap s=1 TERM; gmx & while kill -0 $!; do sleep 1; done; wait $!\n"
 "  SIGNAL C gmx\n"
 "  PASS - sleep 1\n"},
{"find -exec is frozen",
 "FREEZE - bash job.sh\n"
 "  FREEZE - find . -exec x\n"
 "    SIGNAL C x\n"},
{"nextflow is known by its jar, not by the script of a user",
 "SIGNAL C exe=/usr/bin/python3.11 python3 nextflow_model.py\n"},
{"a shell whose trap submits a job isn't signalled",
 "FREEZE C bash job.sh :: trap 'kill $p; wait; sbatch \"$0\"' TERM; gmx & p=$!; wait\n"
 "  SIGNAL C gmx\n"},
{"and is told, where nothing else catches it",
 "PASS C bash job.sh :: trap 'sbatch job.sh' TERM; gmx == its trap for it submits a job\n"
 "  PASS - gmx\n"},
{"Slurm may have signalled it: it is frozen with what it has started",
 "FREEZE C bash job.sh :: trap 'sbatch job.sh' TERM; gmx == its trap for it submits a job\n"
 "  FREEZE - sbatch job.sh == its trap for it submits a job\n", .freezes_submitters = true},
{"and a program below that saves is not",
 "FREEZE C bash job.sh :: trap 'sbatch job.sh' TERM; gmx == its trap for it submits a job\n"
 "  SIGNAL C gmx\n", .freezes_submitters = true},
{"a trap that submits at another signal",
 "SIGNAL C bash job.sh :: trap save TERM; trap 'sbatch job.sh' USR1; gmx\n"
 "  SIGNAL C gmx\n"},
{"a trap that only waits passes nothing on",
 "SIGNAL C bash job.sh :: trap 'touch stop' TERM; gmx & wait\n"
 "  SIGNAL C gmx\n"},
{"nested shells are all frozen",
 "FREEZE - bash job.sh :: ./a.sh\n"
 "  FREEZE - bash a.sh :: ./b.sh\n"
 "    FREEZE - dash b.sh :: gmx\n"
 "      SIGNAL C gmx\n"},
{"a shell with a trap below one without",
 "FREEZE - bash job.sh :: ./a.sh; next\n"
 "  SIGNAL C bash a.sh :: trap save TERM; sleep 9\n"
 "    PASS - sleep 9\n"},
{"a shell without a trap below one with",
 "SIGNAL C bash job.sh :: trap save TERM; ./a.sh\n"
 "  FREEZE - bash a.sh :: gmx; next\n"
 "    SIGNAL C gmx\n"},
{"sh -c",
 "FREEZE - sh -c gmx;next\n"
 "  SIGNAL C gmx\n"},
{"exec: no shell is left",
 "SIGNAL C gmx mdrun\n"},

/* ------------------------------------- foreground, background, pipelines */
{"a program in the background of a shell that waits",
 "FREEZE - bash job.sh :: gmx & wait; next\n"
 "  SIGNAL C gmx\n"},
{"two in the background, one catches it",
 "FREEZE - bash job.sh :: a & b & wait\n"
 "  SIGNAL C a\n"
 "  PASS - b\n"},
{"a | tee log: tee is left in peace",
 "FREEZE - bash job.sh :: a | tee log; next\n"
 "  SIGNAL C>1 a\n"
 "  PASS -<1 tee log == would die\n"},
{"a | reader that catches it, too: it reads to the end",
 "FREEZE - bash job.sh :: a | reader\n"
 "  SIGNAL C>1 a\n"
 "  PASS C<1 reader == reads what another one writes\n"},
{"a 2>&1 >log | reader",
 "FREEZE - bash job.sh\n"
 "  SIGNAL C2>1 a\n"
 "  PASS C<1 reader\n"},
{"a | b | c, all of them catch it",
 "FREEZE - bash job.sh\n"
 "  SIGNAL C>1 a\n"
 "  PASS C<1>2 b\n"
 "  PASS C<2 c == reads what another one writes\n"},
{"a | grep | c: c through grep, which doesn't catch it",
 "FREEZE - bash job.sh\n"
 "  SIGNAL C>1 a\n"
 "  PASS -<1>2 grep x\n"
 "  PASS C<2 c == reads what another one writes\n"},
{"ranks behind mpirun write to a reader",
 "FREEZE - bash job.sh\n"
 "  PASS C>1 mpirun x\n"
 "    SIGNAL C>1 x\n"
 "    SIGNAL C>1 x\n"
 "  PASS C<1 reader\n"},
{"a reader whose writer doesn't catch it",
 "FREEZE - bash job.sh :: cat in | b\n"
 "  PASS ->1 cat in\n"
 "  SIGNAL C<1 b\n"},
{"two that read each other: neither is the other's reader alone",
 "FREEZE - bash job.sh\n"
 "  SIGNAL C<1>2 a\n"
 "  SIGNAL C<2>1 b\n"},
{"a | while read: the reading shell isn't frozen",
 "FREEZE - bash job.sh :: a | while read l; do echo $l; done\n"
 "  SIGNAL C>1 a\n"
 "  PASS -<1 bash job.sh == without a trap\n"},
{"(a; b) | tee: the subshell is frozen",
 "FREEZE - bash job.sh\n"
 "  FREEZE ->1 bash job.sh\n"
 "    SIGNAL C>1 a\n"
 "  PASS -<1 tee log\n"},
{"a shell with a trap that reads from its own program",
 "SIGNAL C<1 bash job.sh :: trap x TERM\n"
 "  SIGNAL C>1 a\n"},
{"a monitor in the background isn't frozen",
 "FREEZE - bash job.sh :: monitor & gmx\n"
 "  PASS - bash job.sh :: monitor & gmx\n"
 "    PASS - sleep 10\n"
 "  SIGNAL C gmx\n"},

/* --------------------------------------------------------- main programs */
{"forked workers inherit the handler and aren't hit",
 "FREEZE - bash job.sh\n"
 "  SIGNAL C exe=/usr/bin/python3.11 python3 pool.py\n"
 "    LEAVE C exe=/usr/bin/python3.11 python3 pool.py\n"
 "    LEAVE C exe=/usr/bin/python3.11 python3 pool.py\n"},
{"what a catcher has started isn't looked at, whatever it is",
 "SIGNAL C program\n"
 "  LEAVE - bash helper.sh :: trap x TERM\n"
 "    LEAVE C other\n"
 "  LEAVE - xargs other\n"},
{"a driver that doesn't catch it, its program does",
 "FREEZE - exe=/usr/bin/python3.11 python3 driver.py == next piece\n"
 "  SIGNAL C simulation\n"},
{"drivers in other languages",
 "FREEZE - bash job.sh\n"
 "  FREEZE - exe=/usr/bin/perl perl stages.pl\n"
 "    FREEZE - exe=/usr/lib/R/bin/exec/R comm=R R --no-echo --file=a.R\n"
 "      FREEZE - dash -c simulation\n"
 "        SIGNAL C simulation\n"},
{"a driver below which no program catches it computes on",
 "PASS - exe=/usr/bin/python3.11 python3 driver.py == would die\n"
 "  PASS - simulation\n"},
{"a fork of a program that doesn't catch it is a worker",
 "PASS - exe=/usr/bin/python3.11 python3 train.py\n"
 "  PASS C exe=/usr/bin/python3.11 python3 train.py == a worker of\n"
 "  PASS C exe=/usr/bin/python3.11 comm=pt_data_worker python3 train.py"
 " == a worker of\n"},
{"workers that are started, not forked",
 "PASS - exe=/usr/bin/python3.11 python3 pool.py\n"
 "  PASS C exe=/usr/bin/python3.11 python3 -m"
 " joblib.externals.loky.backend.popen_loky_posix == a worker of\n"
 "  PASS C exe=/usr/lib/R/bin/exec/R comm=R R -e parallel:::.workRSOCK()"
 " == a worker of\n"},
{"workers of a program that catches it are its own affair",
 "SIGNAL C exe=/usr/bin/python3.11 python3 train.py\n"
 "  LEAVE C exe=/usr/bin/python3.11 python3 train.py\n"},
{"a runtime catches it for every program",
 "PASS - bash job.sh\n"
 "  PASS CJ java -Xint Nap == Java\n"
 "  PASS CL ./tool == Go\n"
 "  PASS AN julia sim.jl == Julia\n"},
{"where it is wanted, programs get what their runtime catches",
 "FREEZE - bash job.sh\n"
 "  SIGNAL CJ java -Xint Nap\n"
 "  SIGNAL AN julia sim.jl\n", NULL, CHOOSE_AUTO, NULL, NULL, true},
{"a program that saved in an earlier run gets it, whatever its runtime",
 "FREEZE - bash job.sh\n"
 "  SIGNAL CJ java -jar model.jar\n"
 "  PASS CL ./tool\n", NULL, CHOOSE_AUTO, NULL, "other,model.jar"},
{"a program that left nothing in an earlier run doesn't get it",
 "PASS - bash job.sh\n"
 "  PASS C exe=/usr/bin/python3.11 python3 train.py == earlier run\n"
 "  PASS A ./listener == earlier run\n",
 NULL, CHOOSE_AUTO, "train.py,listener"},
{"a shell whose trap left nothing doesn't get it either",
 "PASS C bash job.sh :: trap 'exit 0' TERM; sleep 9 == earlier run\n"
 "  PASS - sleep 9\n", NULL, CHOOSE_AUTO, "job.sh"},
{"a part of a name is another name",
 "SIGNAL C exe=/usr/bin/python3.11 python3 train.py\n",
 NULL, CHOOSE_AUTO, "train,pretrain.py,train.py2"},
{"a program of ours below a Java driver",
 "FREEZE CJ java -jar driver.jar == next piece\n"
 "  SIGNAL C simulation\n"},
{"workers whose main program has gone",
 "SIGNAL C exe=/usr/bin/python3.11 python3 pool.py\n"
 "SIGNAL C exe=/usr/bin/python3.11 python3 pool.py\n"},
{"sigwait() or a signalfd, SigCgt is empty",
 "FREEZE - bash job.sh\n"
 "  SIGNAL A povray scene.ini == waits for it\n"},
{"programs that catch nothing",
 "PASS - bash job.sh :: lmp -in in.lj\n"
 "  PASS - lmp -in in.lj == does not catch it\n"},
{"a program that ignores it",
 "PASS - bash job.sh\n"
 "  PASS I program == ignores it\n"},
{"a program that catches only another signal",
 "PASS - bash job.sh\n"
 "  PASS U R -f model.R == does not catch it\n"},
{"a JVM",
 "FREEZE - bash job.sh\n"
 "  SIGNAL C java -Xmx4g -jar model.jar\n"},
{"valgrind is its program",
 "FREEZE - bash job.sh\n"
 "  SIGNAL E exe=/usr/libexec/valgrind/memcheck-amd64-linux "
 "comm=memcheck-amd64- valgrind ./a.out\n"},
{"Octave: its main thread blocks it, another one takes it",
 "FREEZE - bash job.sh\n"
 "  SIGNAL C exe=/usr/bin/octave-cli-7.3.0 octave-cli run.m\n"},
{"zombies are neither signalled nor passed over",
 "PASS - bash job.sh\n"
 "  LEAVE CZ program\n"},
{"what ended while we looked",
 "PASS - bash job.sh\n"
 "  LEAVE CX program\n"},
{"a process that has got it doesn't get it again",
 "FREEZE - bash job.sh\n"
 "  SIGNAL G program == has got it\n"
 "    LEAVE C worker\n"},
{"another user's process",
 "PASS - bash job.sh\n"
 "  PASS CF daemon == another user\n"},
{"our own helpers and what they start don't exist",
 "LEAVE CO rpc\n"
 "  LEAVE C scontrol\n"
 "FREEZE - bash job.sh\n"
 "  SIGNAL C program\n"},

/* ------------------------------------------------------------- launchers */
{"mpirun: its ranks, not itself",
 "FREEZE - bash job.sh :: mpirun -n 2 gmx\n"
 "  PASS C mpirun -n 2 gmx == a launcher\n"
 "    SIGNAL C gmx\n"
 "    SIGNAL C gmx\n"},
{"mpirun and no catcher below",
 "PASS - bash job.sh\n"
 "  PASS C mpirun -n 2 lmp == a launcher\n"
 "    PASS - lmp\n"},
{"mpirun under its package's name",
 "PASS C exe=/usr/bin/orterun comm=mpirun.openmpi mpirun.openmpi x\n"
 "  SIGNAL C x\n"},
{"a shell around each rank is frozen",
 "PASS C exe=/usr/bin/orterun mpirun ./wrap.sh\n"
 "  FREEZE - bash ./wrap.sh\n"
 "    SIGNAL C x\n"},
{"orted on another node",
 "PASS C orted -mca ess\n"
 "  SIGNAL C x\n"},
{"prted",
 "PASS C prted --daemonize\n"
 "  SIGNAL C x\n"},
{"hydra and its proxy",
 "PASS C mpiexec.hydra -n 2 x\n"
 "  PASS C hydra_pmi_proxy --control-port a:1\n"
 "    SIGNAL C x\n"},
{"orted as a child of an MPI program that was started alone",
 "SIGNAL C gmx_mpi\n"
 "  LEAVE C orted\n"},
{"srun: its tasks are signalled elsewhere; the shell above is frozen",
 "FREEZE - bash job.sh :: srun step1; post-process\n"
 "  PASS C srun step1 == its tasks\n"
 "    LEAVE C srun step1\n"},
{"srun a | reader that catches it",
 "FREEZE - bash job.sh\n"
 "  PASS C>1 srun a\n"
 "  PASS C<1 reader == reads what another one writes\n"},
{"srun in the background",
 "FREEZE - bash job.sh\n"
 "  PASS C srun a\n"
 "  PASS C srun b\n"},
{"srun below a shell with a trap",
 "SIGNAL C bash job.sh :: trap x TERM\n"
 "  PASS C srun a\n"},
{"torchrun",
 "PASS C exe=/usr/bin/python3.11 comm=torchrun python3 /usr/bin/torchrun t.py\n"
 "  SIGNAL C exe=/usr/bin/python3.11 python3 -u t.py\n"
 "  SIGNAL C exe=/usr/bin/python3.11 python3 -u t.py\n"},
{"python -m torch.distributed.run",
 "PASS C exe=/usr/bin/python3.11 python3 -m torch.distributed.run t.py\n"
 "  SIGNAL C exe=/usr/bin/python3.11 python3 t.py\n"},
{"conda run: through its own shell",
 "PASS - exe=/opt/conda/bin/python3.10 python /opt/conda/bin/conda run x\n"
 "  FREEZE - bash /tmp/tmpx7\n"
 "    SIGNAL C x\n"},
{"micromamba run",
 "PASS C micromamba run -n env x\n"
 "  SIGNAL C x\n"},
{"apptainer",
 "PASS E exe=/usr/libexec/apptainer/bin/starter comm=starter "
 "Apptainer\n"
 "  PASS A exe=/usr/libexec/apptainer/bin/starter comm=appinit appinit\n"
 "    SIGNAL C x\n"},
{"singularity, setuid",
 "PASS EF exe=/ comm=starter-suid Singularity\n"
 "  SIGNAL C x\n"},
{"podman's conmon",
 "PASS C conmon --api-version 1\n"
 "  SIGNAL C x\n"},
{"timeout",
 "FREEZE - bash job.sh\n"
 "  PASS C timeout 1h x == a launcher\n"
 "    SIGNAL C x\n"},
{"timeout and a program that doesn't catch it",
 "PASS - bash job.sh\n"
 "  PASS C timeout 1h x\n"
 "    PASS - x\n"},
{"env, nohup, nice, stdbuf, numactl before they exec",
 "PASS - env A=1 x\n"
 "PASS I nohup x\n"
 "PASS - nice x\n"
 "PASS - stdbuf -oL x\n"
 "PASS - numactl -N0 x\n"},
{"time and setsid -w",
 "PASS - time x\n"
 "  PASS - setsid -w x\n"
 "    SIGNAL C x\n"},
{"xargs is frozen",
 "FREEZE - bash job.sh\n"
 "  PASS - cat list\n"
 "  FREEZE U xargs -P2 x == next piece of work\n"
 "    SIGNAL C x\n"},
{"xargs and no catcher below",
 "PASS - bash job.sh\n"
 "  PASS - xargs -P2 x\n"
 "    PASS - x\n"},
{"GNU parallel is frozen",
 "FREEZE C exe=/usr/bin/perl comm=parallel perl /usr/bin/parallel x\n"
 "  FREEZE - bash -c x\n"
 "    SIGNAL C x\n"},
{"make is frozen, and its shells",
 "FREEZE C make -j4\n"
 "  FREEZE C make -C sub\n"
 "    FREEZE - dash -c x;y\n"
 "      SIGNAL C x\n"},
{"snakemake would take a rule for done that has only saved",
 "FREEZE C exe=/usr/bin/python3.11 comm=snakemake python3 /usr/bin/snakemake -c1\n"
 "  FREEZE - bash -c x\n"
 "    SIGNAL C x\n"},
{"nextflow",
 "FREEZE - bash /usr/bin/nextflow run m.nf\n"
 "  FREEZE C java -Xms64m -jar /root/.nextflow/nextflow-23.10-one.jar run m.nf\n"
 "    FREEZE E bash .command.run :: trap on_exit EXIT\n"
 "      SIGNAL C x\n"},
{"nextflow by its class",
 "FREEZE C java -XX:+Tiered -cp a.jar:b.jar nextflow.cli.Launcher run m.nf\n"
 "  SIGNAL C x\n"},
{"gdb",
 "PASS C gdb -batch --args x\n"
 "  SIGNAL C x\n"},
{"perf record and strace",
 "PASS C perf record x\n"
 "  PASS C strace -f x\n"
 "    SIGNAL C x\n"},
{"a launcher that the administrator has added",
 "PASS C ourlaunch x == a launcher\n"
 "  SIGNAL C x\n",
 "other, ourlaunch,third"},
{"only whole names count",
 "SIGNAL C ourlaunch2 x\n"
 "SIGNAL C our\n",
 "other,ourlaunch"},
{"an added launcher that is a script",
 "PASS C exe=/usr/bin/python3.11 python3 /opt/bin/ourlaunch x\n"
 "  SIGNAL C x\n",
 "ourlaunch"},
{"a user's script whose argument is a launcher's name",
 "SIGNAL C exe=/usr/bin/python3.11 python3 bench.py make\n"},
{"a launcher below a program that catches it",
 "SIGNAL C program\n"
 "  LEAVE C mpirun x\n"
 "    LEAVE C x\n"},

/* --------------------------------------------------------------- targets */
{"script: it alone gets it, even if it doesn't catch it",
 "SIGNAL - bash job.sh == is the job script\n"
 "  LEAVE C gmx\n",
 "", CHOOSE_SCRIPT},
{"tasks: a launcher is looked through",
 "PASS C mpirun x == a launcher\n"
 "  PASS C x == only srun's tasks\n",
 "", CHOOSE_TASKS},
{"tasks: none here, but the shell above srun is frozen",
 "FREEZE - bash job.sh == next piece of work\n"
 "  PASS C srun x == its tasks are signalled instead\n"
 "  PASS C gmx == only srun's tasks\n",
 "", CHOOSE_TASKS},
{"all: the script in any case, and the catchers below it",
 "SIGNAL - bash job.sh == is the job script\n"
 "  SIGNAL C gmx\n"
 "  PASS - sleep 9\n",
 "", CHOOSE_ALL},
