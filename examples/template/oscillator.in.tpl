! A damped oscillator, in the input format of an old program.
! dmo replaces {mass}, {damping} and {stiffness[1]}; other braces stay: {comment}
&SYSTEM
  MASS      = {mass}
  DAMPING   = {damping}
  STIFFNESS = {stiffness[1]}, {stiffness[2]}
/
