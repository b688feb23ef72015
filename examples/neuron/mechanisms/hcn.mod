: Hyperpolarisation-activated current of an O-LM cell as in Tort et al., PNAS 104 (2007) 13490-13495, after
: Maccaferri and McBain, J. Physiol. 497 (1996) 119-130.
NEURON {
  SUFFIX hcn
  NONSPECIFIC_CURRENT i
  RANGE g, e
}
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { g = 0.0001 (S/cm2) e = -32.9 (mV) }
ASSIGNED { v (mV) i (mA/cm2) rinf rtau (ms) }
STATE { r }
BREAKPOINT {
  SOLVE states METHOD cnexp
  i = g*r*(v - e)
}
INITIAL {
  rates(v)
  r = rinf
}
DERIVATIVE states {
  rates(v)
  r' = (rinf - r)/rtau
}
PROCEDURE rates(v (mV)) {
  rinf = 1/(1 + exp((v + 84)/10.2))
  rtau = 1/(exp(-14.59 - 0.086*v) + exp(-1.87 + 0.0701*v))
}
