import { useComputedColorScheme } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { PartBoundary } from '../shell/part-boundary.tsx'
import { Skeletons } from '../shell/skeletons.tsx'
import type { MapProps } from './mark.ts'
import { SvgMap } from './svg-map.tsx'

const MaplibreMap = lazy(() => import('./maplibre-map.tsx').then(({ MaplibreMap }) => ({ default: MaplibreMap })))

/** The map with WebGL2 where the machine has it, else a plain drawing of the same. */
export function MapView(props: MapProps) {
  const scheme = useComputedColorScheme('light')
  if (!hasWebgl2()) return <SvgMap {...props} />
  return (
    <PartBoundary>
      <Suspense fallback={<Skeletons rows={1} height={260} />}>
        <MaplibreMap key={scheme} {...props} />
      </Suspense>
    </PartBoundary>
  )
}

let known: boolean | undefined

export function hasWebgl2(): boolean {
  if (known === undefined) {
    const context = document.createElement('canvas').getContext('webgl2')
    known = context !== null
    context?.getExtension('WEBGL_lose_context')?.loseContext()
  }
  return known
}
