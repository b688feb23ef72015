! Scenario of an epidemic, one year, a region of a million people. dmo replaces the names in braces.
lockdown_start    = {lockdown_start}
lockdown_days     = {lockdown_days}
lockdown_strength = {lockdown_strength}
second_threshold  = {second_threshold}
second_strength   = {second_strength}
masks             = {masks}
tests_per_day     = {tests_per_day}
vaccines_per_day  = {vaccines_per_day}
old_first         = {old_first}
