import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import about from '../package.json' with { type: 'json' }
import { ALLOWED_LICENCES } from '../scripts/licences-document.ts'
import { type LockedPackage, lockedPackages, shippedPackages } from '../scripts/shipped-packages.ts'
import { sbom } from '../scripts/write-sbom.ts'

const ROOT = join(import.meta.dirname, '..')
const shipped = shippedPackages()
const Component = z.object({
  'bom-ref': z.string(),
  purl: z.string(),
  hashes: z.array(z.object({ alg: z.string(), content: z.string() })),
  licenses: z.array(z.unknown()).default([]),
})

test('every package that npm would install without the development tools is shipped, and the console’s besides', () => {
  const production = Object.entries(lockedPackages()).filter(
    ([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional,
  )
  const ids = production.map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`)
  const serving = shipped.filter(({ of }) => of === 'service').map(({ name, version }) => `${name}@${version}`)
  expect(ids.length).toBeGreaterThan(100)
  expect([...new Set(ids)].sort()).toEqual(serving.sort())
  const drawing = shipped.filter(({ of }) => of === 'console').map(({ name }) => name)
  expect(drawing).toEqual(expect.arrayContaining(['react', 'react-dom', 'scheduler', 'maplibre-gl', 'kdbush', '@mantine/core']))
})

test('the bill of materials has each with the version, hash and licence that npm has for it', () => {
  const npm = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], { cwd: ROOT, encoding: 'utf8' })
  const of = (components: unknown) =>
    new Map(
      z
        .array(Component)
        .parse(components)
        .map((component) => [component['bom-ref'], component]),
    )
  const theirs = of(JSON.parse(npm).components)
  const ours = of(sbom().components)
  expect(ours.size).toBe(shipped.length)
  for (const [id, component] of ours) expect(component).toEqual(theirs.get(id))
  const [product, ...packages] = sbom().dependencies
  const named = product.dependsOn.map((ref) => ref.slice(0, ref.lastIndexOf('@')))
  expect(named).toEqual(expect.arrayContaining([...Object.keys(about.dependencies), 'react', 'maplibre-gl']))
  expect(named).not.toContain('scheduler')
  const refs = new Set(ours.keys())
  for (const { dependsOn } of packages) for (const ref of dependsOn) expect(refs).toContain(ref)
})

test('npm run sbom writes the same bytes each time', () => {
  const write = () => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/write-sbom.ts')], { cwd: ROOT })
    return readFileSync(join(ROOT, 'sbom.cdx.json'), 'utf8')
  }
  const first = write()
  expect(JSON.parse(first).components).toHaveLength(shipped.length)
  expect(write()).toBe(first)
  expect(first).not.toMatch(/serialNumber|timestamp/)
})

test('every licence is on the list, and nothing on the list is for nobody', () => {
  const named = new Set(shipped.map(({ license }) => license))
  expect([...named].filter((license) => license === undefined || !(license in ALLOWED_LICENCES))).toEqual([])
  expect(Object.keys(ALLOWED_LICENCES).filter((license) => !named.has(license))).toEqual([])
})

test('at most 45 packages are named as dependencies, each as one exact version', () => {
  const versions = Object.entries({ ...about.dependencies, ...about.devDependencies })
  expect(Object.keys(about.dependencies).length).toBeLessThanOrEqual(45)
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})

test('what a package may run when it is installed is allowed by name, and the lock knows every byte by its hash', () => {
  const everything = Object.entries(lockedPackages()).filter(([path]) => path !== '')
  const running = shipped.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name)
  expect(running).toEqual(Object.keys(about.allowScripts))
  const unknown = ({ integrity }: LockedPackage) => !/^sha512-[A-Za-z0-9+/]{86}==/.test(integrity ?? '')
  expect(everything.length).toBeGreaterThan(500)
  expect(everything.filter(([, locked]) => unknown(locked)).map(([path]) => path)).toEqual([])
})
