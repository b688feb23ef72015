: The dendrite of Pinsky and Rinzel, J. Comput. Neurosci. 1 (1994) 39-60: high-threshold calcium (s), a fast potassium current of
: calcium and voltage (c) and a slow one of calcium alone (q). Voltages are absolute here, theirs counted from -60 mV.
: Calcium is in their arbitrary units.
NEURON {
  SUFFIX cak
  NONSPECIFIC_CURRENT i
  RANGE gca, gc, gahp, eca, ek
}
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER {
  gca = 0.001 (S/cm2)
  gc = 0.001 (S/cm2)
  gahp = 0.0001 (S/cm2)
  eca = 80 (mV)
  ek = -90 (mV)
}
ASSIGNED { v (mV) i (mA/cm2) ica (mA/cm2) as (/ms) bs (/ms) ac (/ms) bc (/ms) aq (/ms) }
STATE { s c q ca }
BREAKPOINT {
  SOLVE states METHOD cnexp
  ica = gca*s*s*(v - eca)
  i = ica + (gc*c*ceiling(ca/250, 1) + gahp*q)*(v - ek)
}
INITIAL {
  rates(v)
  s = as/(as + bs)
  c = ac/(ac + bc)
  ca = -0.13*1000*gca*s*s*(v - eca)/0.075
  aq = ceiling(0.00002*ca, 0.01)
  q = aq/(aq + 0.001)
}
DERIVATIVE states {
  rates(v)
  aq = ceiling(0.00002*ca, 0.01)
  s' = as*(1 - s) - bs*s
  c' = ac*(1 - c) - bc*c
  q' = aq*(1 - q) - 0.001*q
  ca' = -0.13*1000*ica - 0.075*ca
}
FUNCTION ceiling(x, top) {
  if (x < top) { ceiling = x } else { ceiling = top }
}
PROCEDURE rates(v (mV)) {
  LOCAL z, fall
  as = 1.6/(1 + exp(-0.072*(v - 5)))
  z = (v + 8.9)/5
  if (fabs(z) < 1e-6) { bs = 0.1*(1 - z/2) } else { bs = 0.1*z/(exp(z) - 1) }
  fall = 2*exp(-(v + 53.5)/27)
  if (v <= -10) {
    ac = exp((v + 50)/11 - (v + 53.5)/27)/18.975
    bc = fall - ac
  } else {
    ac = fall
    bc = 0
  }
}
