: A-type potassium of an O-LM cell as in Tort et al., PNAS 104 (2007) 13490-13495, after Saraga et al., J. Physiol. 552 (2003) 673-689.
NEURON {
  SUFFIX ka
  NONSPECIFIC_CURRENT i
  RANGE g, ek
}
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { g = 0.001 (S/cm2) ek = -90 (mV) }
ASSIGNED { v (mV) i (mA/cm2) ainf binf btau (ms) }
STATE { a b }
BREAKPOINT {
  SOLVE states METHOD cnexp
  i = g*a*b*(v - ek)
}
INITIAL {
  rates(v)
  a = ainf
  b = binf
}
DERIVATIVE states {
  rates(v)
  a' = (ainf - a)/5
  b' = (binf - b)/btau
}
PROCEDURE rates(v (mV)) {
  ainf = 1/(1 + exp(-(v + 14)/16.6))
  binf = 1/(1 + exp((v + 71)/7.3))
  btau = 1/(0.000009/exp((v - 26)/18.5) + 0.014/(0.2 + exp(-(v + 70)/11)))
}
