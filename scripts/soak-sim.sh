#!/bin/sh
# Ten years of trouble: whole houses in virtual time, on all cores, until a promise is broken or all is done.
#
#   scripts/soak-sim.sh                    200 short fates
#   scripts/soak-sim.sh --seeds 100000     as many short ones; --brief 100000: without time to recover
#   scripts/soak-sim.sh --years 1          days full of trouble, a year of them: most in houses with one line, v1.7's law
#                                          and no steering, every 64th in a house of any kind
#   scripts/soak-sim.sh --years 10 --minutes 20  as many of them as begin in twenty minutes
#   scripts/soak-sim.sh --seed 42 --seeds 1  that one again
#   scripts/soak-sim.sh --planted          the planted bugs: each has to be found
#
# A fate that breaks a promise is printed as short as it goes, to be pasted into tests/fate/stories.rs.
set -eu
cd "$(dirname "$0")/.."
exec cargo bench --quiet --profile soak --no-default-features --bench fate -- "$@"
