import { InvalidArgumentError, Option } from 'commander'

/** As in model/role.ts, which is not loaded just to print a help text. */
const ROLES = ['operator', 'bureau', 'inspector', 'integrator', 'auditor', 'admin']

export function roleOption(): Option {
  return new Option('--role <ROLE>', 'what they may do').choices(ROLES).makeOptionMandatory()
}

export function countyOption(): Option {
  const description =
    'binds to this county, as the ledgers write it, or to an administrative code: 411282, or 4112 for all of a prefecture'
  return new Option('--county <COUNTY…>', description).argParser(addCounty)
}

/** May be given again and again. */
function addCounty(county: string, before: readonly string[] = []): readonly string[] {
  if (county.trim() === '') throw new InvalidArgumentError('Name a county.')
  return [...before, county.trim()]
}
