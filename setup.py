# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pyproject.toml can't say: the version, which configure.ac has, and the
library, which is built into the module where json-c and xxhash are there.
Without them the module needs the libckptstate of the system."""
import glob
import re
import subprocess

from setuptools import Extension, setup

with open("configure.ac") as file:
    VERSION = re.search(r"AC_INIT\(\[[^]]*\], \[([^]]*)\]", file.read()).group(1)


def flags(option):
    """What pkg-config says; nothing if it fails, and then the compiler does."""
    try:
        command = ["pkg-config", option, "json-c", "libxxhash"]
        return subprocess.check_output(command, universal_newlines=True).split()
    except (OSError, subprocess.CalledProcessError):
        return []


# No module of Python's: ckptstate loads it as a library (_binding.py).
LIBRARY = Extension(
    "ckptstate._libckptstate",
    sources=sorted(glob.glob("lib/*.c")),
    depends=sorted(glob.glob("lib/*.h")),
    include_dirs=["."],
    define_macros=[("_GNU_SOURCE", None)],
    extra_compile_args=["-std=gnu11", "-fvisibility=hidden", *flags("--cflags")],
    extra_link_args=flags("--libs") or ["-ljson-c", "-lxxhash"],
    optional=True,
)

setup(version=VERSION, ext_modules=[LIBRARY])
