import about from '../package.json' with { type: 'json' }
import { type ShippedPackage, shippedPackages } from './shipped-packages.ts'

/** Licences that may be shipped with an Apache-2.0 program without asking anybody, and why. SPDX expressions as packages state them. */
export const ALLOWED_LICENCES: Readonly<Record<string, string>> = {
  '(MIT OR Apache-2.0)': 'either of the two, both below',
  '(MIT OR CC0-1.0)': 'either of the two: MIT is below',
  '0BSD': 'asks for nothing',
  'Apache-2.0': 'our own',
  'BlueOak-1.0.0': 'asks for its text or a link to it',
  'BSD-2-Clause': 'asks for its notice',
  'BSD-3-Clause': 'asks for its notice, and not to advertise with the authors',
  ISC: 'asks for its notice',
  MIT: 'asks for its notice',
  Unlicense: 'public domain',
}

/** docs/licences.md, from package-lock.json. */
export function licencesDocument(): string {
  const packages = shippedPackages()
  const direct = Object.keys(about.dependencies).length
  return `<!-- Made by scripts/write-docs.ts from package-lock.json. Do not edit. -->

# Licences

Packages of others in what is shipped: ${packages.length}, of these ${direct} named by \`package.json\` as dependencies. Their
notices lie in their folders under \`node_modules\`. \`npm run sbom\` writes the same with hashes as \`sbom.cdx.json\` (CycloneDX 1.5).

## What is allowed

A package under any other licence, or without one, fails \`tests/shipped-packages.test.ts\`.

| licence | packages | why |
|---|--:|---|
${Object.entries(ALLOWED_LICENCES)
  .map(([licence, why]) => `| ${licence} | ${packages.filter(({ license }) => license === licence).length} | ${why} |`)
  .join('\n')}

## The service

${table(packages.filter(({ of }) => of === 'service'))}

## The console's pages only

${table(packages.filter(({ of }) => of === 'console'))}
`
}

function table(packages: readonly ShippedPackage[]): string {
  const rows = packages.map(({ name, version, license }) => `| ${name} | ${version} | ${license ?? 'none stated'} |`)
  return ['| package | version | licence |', '|---|---|---|', ...rows].join('\n')
}
