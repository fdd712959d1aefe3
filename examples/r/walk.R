# Self-avoiding walks in R, as a job that survives its time limit.  R's own
# handler of SIGUSR1 saves all variables in the middle of a statement, which is
# useless.  So the script looks for a file.
#
#	Rscript walk.R WALKS
walks <- as.integer(commandArgs(trailingOnly = TRUE)[1])
state <- "walk.rds"
restore <- Sys.getenv("SLURM_CHECKPOINT_RESTORE")

# The function counts the steps until a walk on the square lattice has nowhere
# to go.
walk <- function() {
  seen <- new.env(hash = TRUE)
  x <- 0L
  y <- 0L
  steps <- 0L
  repeat {
    assign(paste(x, y), TRUE, envir = seen)
    xs <- x + c(1L, -1L, 0L, 0L)
    ys <- y + c(0L, 0L, 1L, -1L)
    free <- which(!vapply(paste(xs, ys), exists, TRUE, envir = seen,
                          inherits = FALSE))
    if (length(free) == 0) return(steps)
    to <- free[sample.int(length(free), 1)]
    x <- xs[to]
    y <- ys[to]
    steps <- steps + 1L
  }
}

if (restore == "") {
  set.seed(1)
  lengths <- integer(0)
} else {
  saved <- readRDS(file.path(restore, state))
  lengths <- saved$lengths
  # Random numbers are part of the state.
  assign(".Random.seed", saved$seed, envir = globalenv())
  cat("resumed after walk", length(lengths), "\n")
}

while (length(lengths) < walks) {
  lengths <- c(lengths, walk())
  n <- length(lengths)
  if (n %% 100 == 0) cat("walk", n, "of", walks, "\n")
  if (n < walks && file.exists("STOP")) {
    saveRDS(list(lengths = lengths, seed = .Random.seed), state)
    if (system2("scheckpoint", c("save", state)) != 0) quit(status = 1)
    cat("saved after walk", n, "\n")
    quit(status = 85)
  }
}
writeLines(as.character(lengths), "lengths.txt")
cat("finished:", walks, "walks\n")
