# An epidemic with interventions: reads the settings of scenario.in, writes summary.csv and prints a log.
#
# Susceptible, exposed, infectious and recovered people of two age groups (Kermack and McKendrick 1927; with latency as in
# Anderson and May, "Infectious Diseases of Humans", 1991), and people in hospital. Contacts are lowered by a share while a
# lockdown lasts; tests find a share of the infectious and isolate them; vaccinations go to the old first as far as asked for.
# Euler steps of a twentieth of a day.
BEGIN { FS = "[ \t]*=[ \t]*" }
/^[ \t]*[#!]/ { next }
NF == 2 { gsub(/[ \t]/, "", $1); setting[$1] = $2 + 0; given[$1] = 1 }
END {
  split("lockdown_start lockdown_days lockdown_strength second_threshold second_strength masks tests_per_day vaccines_per_day " \
        "old_first", names, " ")
  for (k in names) if (!(names[k] in given)) { print "scenario.in: no setting " names[k] > "/dev/stderr"; exit 2 }

  people[1] = 780000; people[2] = 220000                       # under and over 65
  contact[1, 1] = 0.42; contact[1, 2] = 0.07; contact[2, 1] = 0.20; contact[2, 2] = 0.18
  admitted[1] = 0.012; admitted[2] = 0.11                      # share of cases that need a bed
  fatal[1] = 0.06; fatal[2] = 0.28                             # share of those in a bed who die
  latency = 4; infectious = 6; stay = 10; step = 0.05; days = 365
  for (g = 1; g <= 2; g++) { s[g] = people[g] - 50; e[g] = 25; i[g] = 25; r[g] = 0; bed[g] = 0; dead[g] = 0; protected[g] = 0 }

  second = -1
  for (n = 0; n < days / step; n++) {
    t = n * step
    prevalence = i[1] + i[2]
    closed = 0
    if (t >= setting["lockdown_start"] && t < setting["lockdown_start"] + setting["lockdown_days"]) closed = setting["lockdown_strength"]
    # A second, weaker closure begins whenever beds are short, and lasts three weeks.
    beds = bed[1] + bed[2]
    if (beds > setting["second_threshold"] && t > second + 21) second = t
    if (second >= 0 && t <= second + 21 && setting["second_strength"] > closed) closed = setting["second_strength"]
    # Tests find one case in twenty tests of the infectious share that symptoms point to, up to 35 percent.
    found = prevalence > 0 ? setting["tests_per_day"] * 0.05 / (prevalence / infectious + 50) : 0
    if (found > 0.35) found = 0.35
    lowered = (1 - closed) * (1 - 0.4 * setting["masks"]) * (1 - found)

    doses = setting["vaccines_per_day"] * step
    share[2] = s[2] > 1 ? setting["old_first"] : 0
    share[1] = s[1] > 1 ? 1 - share[2] : 0
    for (g = 1; g <= 2; g++) force[g] = lowered * (contact[g, 1] * i[1] / people[1] + contact[g, 2] * i[2] / people[2])
    for (g = 1; g <= 2; g++) {
      # Twenty a day bring it from elsewhere.
      caught = s[g] * (1 - exp(-force[g] * step) * (1 - 10 * step / people[g]))
      jab = 0.85 * doses * share[g]
      if (jab > s[g] - caught) jab = s[g] - caught
      ill = e[g] * step / latency
      over = i[g] * step / infectious
      left = bed[g] * step / stay
      s[g] -= caught + jab; protected[g] += jab
      e[g] += caught - ill
      i[g] += ill - over
      in_bed = admitted[g] * over
      bed[g] += in_bed - left
      # Beyond the beds there are, twice as many die.
      dead[g] += fatal[g] * left * (beds > 1200 ? 2 : 1)
      r[g] += over - in_bed + left
      infections += caught; seats += doses * share[g]
    }
    beds = bed[1] + bed[2]
    if (beds > peak) { peak = beds; peak_day = t }
    if (beds > 1200) short_days += step
    if (closed > 0.05) closed_days += step
    # Million euro: closures by what they stop, masks, tests, doses, beds.
    cost += step * (28 * closed ^ 1.5 + 0.6 * setting["masks"] + 5e-5 * setting["tests_per_day"]) + 2.5e-5 * doses + step * beds * 9e-4
    if (n % 100 == 0) course[++weeks] = beds
    if (n % 600 == 0) printf "DAY %5.1f  infectious %8.0f  in hospital %7.0f  closed %4.2f\n", t, prevalence, beds, closed
  }

  header = "infections,deaths,peak_beds,peak_day,short_days,closed_days,cost,still_infectious"
  values = sprintf("%.6g,%.6g,%.6g,%.4g,%.4g,%.4g,%.6g,%.6g", infections, dead[1] + dead[2], peak, peak_day, short_days, closed_days,
                   cost, i[1] + i[2])
  for (k = 1; k <= weeks; k++) { header = header ",beds_" k; values = values sprintf(",%.5g", course[k]) }
  print header > "summary.csv"; print values > "summary.csv"
}
