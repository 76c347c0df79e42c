import type { StyleSpecification } from 'maplibre-gl'
import { unisolated } from '../../model/inert-text.ts'
import { token } from '../charts/token.ts'
import type { Circle, Mark } from './mark.ts'
import { ringAround } from './reach-circle.ts'
import type { Stroke } from './symbols.ts'

const SYMBOL_PIXELS = 48

/** An empty map in the colours of the page, with a layer for circles and one for marks. */
export function mapStyle(): StyleSpecification {
  const empty = { type: 'geojson' as const, data: { type: 'FeatureCollection' as const, features: [] } }
  return {
    version: 8,
    sources: { circles: empty, marks: empty },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': token('panel') } },
      {
        id: 'reach',
        type: 'fill',
        source: 'circles',
        filter: ['==', ['get', 'tone'], 'reach'],
        paint: { 'fill-color': token('accent'), 'fill-opacity': 0.12 },
      },
      {
        id: 'area',
        type: 'line',
        source: 'circles',
        filter: ['==', ['get', 'tone'], 'area'],
        paint: { 'line-color': token('accent'), 'line-width': 2 },
      },
      {
        id: 'reach-edge',
        type: 'line',
        source: 'circles',
        filter: ['==', ['get', 'tone'], 'reach'],
        paint: { 'line-color': token('accent'), 'line-width': 1.5 },
      },
      {
        id: 'rings',
        type: 'line',
        source: 'circles',
        filter: ['==', ['get', 'tone'], 'ring'],
        paint: { 'line-color': token('control'), 'line-width': 1, 'line-dasharray': [3, 3] },
      },
      {
        id: 'selected',
        type: 'circle',
        source: 'marks',
        filter: ['==', ['get', 'selected'], true],
        paint: {
          'circle-radius': 17,
          'circle-color': token('accent'),
          'circle-opacity': 0.25,
          'circle-stroke-color': token('accent'),
          'circle-stroke-width': 2,
        },
      },
      {
        id: 'marks',
        type: 'symbol',
        source: 'marks',
        layout: {
          'icon-image': ['get', 'symbol'],
          'icon-allow-overlap': true,
          'symbol-sort-key': ['get', 'order'],
          'text-field': ['get', 'label'],
          'text-size': 12,
          'text-anchor': 'left',
          'text-offset': [1.1, 0],
          'text-optional': true,
          'text-max-width': 20,
        },
        paint: { 'text-color': token('ink'), 'text-halo-color': token('panel'), 'text-halo-width': 1.5 },
      },
    ],
  }
}

/** Marks and circles as GeoJSON; alerts are drawn over mines, what is selected over all. */
export function featuresOf(marks: readonly Mark[], circles: readonly Circle[], selected: string | undefined) {
  const points = marks.map((mark) => ({
    type: 'Feature' as const,
    geometry: { type: 'Point' as const, coordinates: [mark.longitude, mark.latitude] },
    properties: {
      id: mark.id,
      symbol: mark.symbol,
      label: unisolated(mark.label),
      selected: mark.id === selected,
      order: mark.id === selected ? 2 : mark.symbol.startsWith('alert') ? 1 : 0,
    },
  }))
  const areas = circles.map((circle) => ({
    type: 'Feature' as const,
    geometry: { type: 'Polygon' as const, coordinates: [ringAround(circle, circle.meters)] },
    properties: { tone: circle.tone },
  }))
  return {
    points: { type: 'FeatureCollection' as const, features: points },
    areas: { type: 'FeatureCollection' as const, features: areas },
  }
}

/** A symbol as pixels, at twice the size it is shown. */
export function symbolImage(strokes: readonly Stroke[]): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = SYMBOL_PIXELS
  canvas.height = SYMBOL_PIXELS
  const context = canvas.getContext('2d')
  if (!context) throw new Error('this browser draws no 2D canvas')
  context.setTransform(1.6, 0, 0, 1.6, 4.8, 4.8)
  context.lineJoin = 'round'
  for (const { path, fill, line, width } of strokes) {
    const shape = new Path2D(path)
    if (fill) {
      context.fillStyle = token(fill)
      context.fill(shape)
    }
    if (line) {
      context.strokeStyle = token(line)
      context.lineWidth = width ?? 1
      context.stroke(shape)
    }
  }
  return context.getImageData(0, 0, SYMBOL_PIXELS, SYMBOL_PIXELS)
}
