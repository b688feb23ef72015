: Fast sodium and delayed rectifier of a hippocampal interneuron after Wang and Buzsaki, J. Neurosci. 16 (1996) 6402-6413.
: phi scales the speed of all gates, shift moves their voltage dependence to the right.
NEURON {
  SUFFIX nak
  NONSPECIFIC_CURRENT i
  RANGE gna, gk, ena, ek, phi, shift
}
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER {
  gna = 0.035 (S/cm2)
  gk = 0.009 (S/cm2)
  ena = 55 (mV)
  ek = -90 (mV)
  phi = 5
  shift = 0 (mV)
}
ASSIGNED { v (mV) i (mA/cm2) am (/ms) bm (/ms) ah (/ms) bh (/ms) an (/ms) bn (/ms) }
STATE { m h n }
BREAKPOINT {
  SOLVE states METHOD cnexp
  i = gna*m*m*m*h*(v - ena) + gk*n*n*n*n*(v - ek)
}
INITIAL {
  rates(v)
  m = am/(am + bm)
  h = ah/(ah + bh)
  n = an/(an + bn)
}
DERIVATIVE states {
  rates(v)
  m' = phi*(am*(1 - m) - bm*m)
  h' = phi*(ah*(1 - h) - bh*h)
  n' = phi*(an*(1 - n) - bn*n)
}
: z / (1 - exp(-z)), with its limit at 0
FUNCTION linoid(z) {
  if (fabs(z) < 1e-6) { linoid = 1 + z/2 } else { linoid = z/(1 - exp(-z)) }
}
PROCEDURE rates(v (mV)) {
  LOCAL u
  u = v - shift
  am = linoid((u + 35)/10)
  bm = 4*exp(-(u + 60)/18)
  ah = 0.07*exp(-(u + 58)/20)
  bh = 1/(1 + exp(-(u + 28)/10))
  an = 0.1*linoid((u + 34)/10)
  bn = 0.125*exp(-(u + 44)/80)
}
