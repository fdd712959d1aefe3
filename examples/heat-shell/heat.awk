# Some steps of the heat equation on a plate.  The state comes from standard
# input and goes to standard output.
#
#	awk -v count=STEPS -f heat.awk plate.in - <state >state.new
#	awk -v count=0 -f heat.awk plate.in /dev/null	the state at the start
#
# Numbers are written with 17 digits, so that the text loses nothing.

function fix(i, value) {
	now[i] = value
	fixed[i] = 1
}

function edge(side, value, k) {
	for (k = 0; k < nx; k++)
		if (side == "north" || side == "south")
			fix(k + (side == "south") * (ny - 1) * nx, value)
	for (k = 0; k < ny; k++)
		if (side == "west" || side == "east")
			fix(k * nx + (side == "east") * (nx - 1), value)
}

function spot(x, y, radius, value, i, dx, dy) {
	for (i = 0; i < nx * ny; i++) {
		dx = i % nx - x
		dy = int(i / nx) - y
		if (dx * dx + dy * dy <= radius * radius)
			fix(i, value)
	}
}

function start(value, i) {
	for (i = 0; i < nx * ny; i++)
		if (!fixed[i])
			now[i] = value
}

# One explicit step, in a fixed order of operations.
function advance(x, y, i, flow) {
	for (y = 1; y < ny - 1; y++)
		for (x = 1; x < nx - 1; x++) {
			i = y * nx + x
			flow = (now[i - 1] + now[i + 1]) + \
				(now[i - nx] + now[i + nx]) - 4 * now[i]
			after[i] = fixed[i] ? now[i] : now[i] + ratio * flow
		}
	for (y = 1; y < ny - 1; y++)
		for (x = 1; x < nx - 1; x++) {
			i = y * nx + x
			now[i] = after[i]
		}
	step++
}

# plate.in
FNR == NR && $1 == "grid" { nx = $2; ny = $3 }
FNR == NR && $1 == "spacing" { spacing = $2 }
FNR == NR && $1 == "alpha" { alpha = $2 }
FNR == NR && $1 == "dt" { dt = $2 }
FNR == NR && $1 == "steps" { steps = $2 }
FNR == NR && $1 == "start" { start($2 + 0) }
FNR == NR && $1 == "edge" { edge($2, $3 + 0) }
FNR == NR && $1 == "spot" { spot($2, $3, $4, $5 + 0) }
FNR == NR { next }

# The state: "step N of M", then a line a row.
FNR == 1 { step = $2; next }
{
	for (k = 1; k <= nx; k++)
		now[(FNR - 2) * nx + k - 1] = $k + 0
}

END {
	ratio = alpha * dt / (spacing * spacing)
	while (count-- > 0 && step < steps)
		advance()
	printf "step %d of %d\n", step, steps
	for (i = 0; i < nx * ny; i++)
		printf "%.17g%s", now[i], (i + 1) % nx ? " " : "\n"
}
