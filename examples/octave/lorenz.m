% A path on the Lorenz attractor, by steps of Runge and Kutta, as a job that
% survives its time limit.  Octave's own handler of SIGTERM saves all variables
% in the middle of a statement, which is useless.  So the script looks for a
% file.
%
%	octave-cli -q lorenz.m STEPS
args = argv();
steps = str2double(args{1});
state = "lorenz.mat";
restore = getenv("SLURM_CHECKPOINT_RESTORE");

function d = f(p)
  d = [10 * (p(2) - p(1)), p(1) * (28 - p(3)) - p(2), p(1) * p(2) - 8/3 * p(3)];
end

if isempty(restore)
  n = 0;
  p = [1, 1, 1];
  path = zeros(0, 3);
  rand("twister", 1);
else
  load(fullfile(restore, state));
  rand("twister", generator);
  printf("resumed after step %d\n", n);
end

h = 0.001;
while n < steps
  k1 = f(p);
  k2 = f(p + h/2 * k1);
  k3 = f(p + h/2 * k2);
  k4 = f(p + h * k3);
  p += h/6 * (k1 + 2*k2 + 2*k3 + k4);
  p += 1e-6 * (rand(1, 3) - 0.5);  % and a little noise
  n++;
  if mod(n, 1000) == 0
    path(end + 1, :) = p;
    printf("step %d of %d\n", n, steps);
    fflush(stdout);
  end
  % The script doesn't look for the file at every step, because that takes as
  % long as some steps.
  if mod(n, 100) == 0 && n < steps && exist("STOP", "file")
    generator = rand("twister");
    save("-binary", state, "n", "p", "path", "generator");
    if system(["scheckpoint save " state]) != 0
      exit(1);
    end
    printf("saved after step %d\n", n);
    exit(85);
  end
end
dlmwrite("path.txt", path, "precision", "%.17g");
printf("finished: %d steps\n", n);
