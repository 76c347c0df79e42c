/** Writes sbom.cdx.json: every shipped package with its hash, the same bytes for the same package-lock.json. */
import { writeFileSync } from 'node:fs'
import about from '../package.json' with { type: 'json' }
import { type ShippedPackage, shippedPackages } from './shipped-packages.ts'

/** CycloneDX 1.5, without the serial number and time that would differ from run to run. */
export function sbom(packages = shippedPackages()) {
  const own = `${about.name}@${about.version}`
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        'bom-ref': own,
        type: 'application',
        name: about.name,
        version: about.version,
        description: about.description,
        licenses: [{ license: { id: about.license } }],
      },
    },
    components: packages.map(componentOf),
    dependencies: [
      { ref: own, dependsOn: packages.filter(({ direct }) => direct).map(refOf) },
      ...packages.map((one) => ({ ref: refOf(one), dependsOn: one.needs })),
    ],
  }
}

function componentOf(one: ShippedPackage) {
  const { name, version, license, integrity, of } = one
  return {
    'bom-ref': refOf(one),
    type: 'library',
    name,
    version,
    scope: 'required',
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    hashes: hashesOf(integrity),
    licenses: license === undefined ? [] : [/[ (]/.test(license) ? { expression: license } : { license: { id: license } }],
    properties: [{ name: 'adit:part', value: of }],
  }
}

/** The lock's integrity (`sha512-BASE64 …`) as CycloneDX has it. */
function hashesOf(integrity = ''): { alg: string; content: string }[] {
  return [...integrity.matchAll(/sha(\d+)-([A-Za-z0-9+/=]+)/g)].map(([, bits, base64]) => ({
    alg: `SHA-${bits}`,
    content: Buffer.from(base64, 'base64').toString('hex'),
  }))
}

function refOf({ name, version }: ShippedPackage): string {
  return `${name}@${version}`
}

if (import.meta.main) writeFileSync(new URL('../sbom.cdx.json', import.meta.url), `${JSON.stringify(sbom(), null, 2)}\n`)
