# This program writes a pseudopotential for hydrogen by its formula (Goedecker,
# Teter and Hutter, LDA: local, four numbers) in the format of Quantum ESPRESSO.
function erf(x,    n, term, sum)
{
	if (x > 6)
		return 1
	term = sum = x
	for (n = 1; term > 1e-17 * sum; n++)
		sum += term *= 2 * x * x / (2 * n + 1)
	return 2 / sqrt(pi) * exp(-x * x) * sum
}

# The potential is in Rydberg.
function potential(r,    y)
{
	y = r / rloc
	return 2 * (-erf(y / sqrt(2)) / r + exp(-y * y / 2) * (c1 + c2 * y * y))
}

function field(tag, what,    i, r, value)
{
	printf "<%s size=\"%d\">\n", tag, points
	for (i = 0; i < points; i++) {
		r = exp(-7 + i * dx)
		if (what == "r")
			value = r
		else if (what == "rab")
			value = r * dx
		else if (what == "local")
			value = potential(r)
		else if (what == "chi")
			value = 2 * r * exp(-r)
		else
			value = 4 * r * r * exp(-2 * r)
		printf "%.15e\n", value
	}
	sub(/ .*/, "", tag)
	printf "</%s>\n", tag
}

BEGIN {
	pi = atan2(0, -1)
	rloc = 0.2; c1 = -4.180237; c2 = 0.725075
	points = 799; dx = 0.0125
	print "<UPF version=\"2.0.1\">"
	printf "<PP_HEADER element=\"H\" pseudo_type=\"NC\""
	printf " relativistic=\"no\" is_ultrasoft=\"F\" is_paw=\"F\""
	printf " is_coulomb=\"F\" has_so=\"F\" has_wfc=\"F\" has_gipaw=\"F\""
	printf " core_correction=\"F\" functional=\"SLA PZ NOGX NOGC\""
	printf " z_valence=\"1\" l_max=\"0\" l_local=\"0\" mesh_size=\"%d\"", points
	print " number_of_wfc=\"1\" number_of_proj=\"0\"/>"
	printf "<PP_MESH dx=\"%g\" mesh=\"%d\" xmin=\"-7\" rmax=\"%g\" zmesh=\"1\">\n",
		dx, points, exp(-7 + (points - 1) * dx)
	field("PP_R", "r")
	field("PP_RAB", "rab")
	print "</PP_MESH>"
	field("PP_LOCAL", "local")
	print "<PP_NONLOCAL>"
	print "</PP_NONLOCAL>"
	print "<PP_PSWFC>"
	field("PP_CHI.1 label=\"1S\" l=\"0\" occupation=\"1\"", "chi")
	print "</PP_PSWFC>"
	field("PP_RHOATOM", "rho")
	print "</UPF>"
}
