#!/bin/sh
# A program that knows nothing of dmo: it reads oscillator.in from its working folder, prints a log,
# and writes result.csv. (awk stands for the Fortran of a real one.)
awk -F '[=,]' '
  /MASS/      { m = $2 }
  /DAMPING/   { c = $2 }
  /STIFFNESS/ { k = $2 + $3 }
  END {
    if (m <= 0) { print "no mass" > "/dev/stderr"; exit 1 }
    frequency = sqrt(k / m) / 6.283185307
    ratio = c / (2 * sqrt(k * m))
    printf "STEP 1\n Eigenfrequency: %.10g Hz\nSTEP 2\n Damping ratio: %.10g\n", frequency, ratio
    print "frequency,ratio" > "result.csv"
    printf "%.10g,%.10g\n", frequency, ratio > "result.csv"
  }' oscillator.in
