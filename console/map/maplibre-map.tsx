/** The map without tiles, glyphs or sprites: our own symbols, labels from the machine's fonts, no request to anyone. */
import 'maplibre-gl/dist/maplibre-gl.css'
import { Map as Maplibre, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { useEffect, useRef, useState } from 'react'
import { useLanguage } from '../i18n/language.ts'
import { featuresOf, mapStyle, symbolImage } from './map-style.ts'
import type { MapProps } from './mark.ts'
import { allSymbols } from './symbols.ts'

setWorkerUrl(workerUrl)

export function MaplibreMap({ marks, circles, bounds, selected, onSelect, label, calm }: MapProps) {
  const { t } = useLanguage()
  const element = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<Maplibre>()
  const [ready, setReady] = useState(false)
  const select = useRef(onSelect)
  select.current = onSelect
  const firstBounds = useRef(bounds)

  useEffect(() => {
    const container = element.current
    if (!container) return
    const [west, south, east, north] = firstBounds.current
    const created = new Maplibre({
      container,
      style: mapStyle(),
      bounds: [west, south, east, north],
      fitBoundsOptions: { padding: 24, animate: false },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      maxZoom: 17,
      fadeDuration: 0,
      localIdeographFontFamily: getComputedStyle(document.body).fontFamily,
      scrollZoom: !calm,
      dragPan: !(calm && matchMedia('(pointer: coarse)').matches),
    })
    created.touchZoomRotate.disableRotation()
    created.addControl(new ScaleControl({ maxWidth: 100 }), 'bottom-left')
    created.on('load', () => {
      for (const [name, strokes] of allSymbols()) created.addImage(name, symbolImage(strokes), { pixelRatio: 2 })
      setMap(created)
    })
    created.on('idle', () => setReady(true))
    created.on('click', 'marks', ({ features }) => {
      const id: unknown = features?.[0]?.properties.id
      if (typeof id === 'string') select.current?.(id)
    })
    created.on('mouseenter', 'marks', () => created.getCanvas().style.setProperty('cursor', 'pointer'))
    created.on('mouseleave', 'marks', () => created.getCanvas().style.removeProperty('cursor'))
    return () => {
      setMap(undefined)
      created.remove()
    }
  }, [calm])

  useEffect(() => {
    if (!map) return
    const { points, areas } = featuresOf(marks, circles, selected)
    const pointSource = map.getSource('marks')
    const areaSource = map.getSource('circles')
    if (pointSource && 'setData' in pointSource && typeof pointSource.setData === 'function') pointSource.setData(points)
    if (areaSource && 'setData' in areaSource && typeof areaSource.setData === 'function') areaSource.setData(areas)
  }, [map, marks, circles, selected])

  const [west, south, east, north] = bounds
  useEffect(() => {
    map?.fitBounds([west, south, east, north], { padding: 24, animate: false, maxZoom: 15 })
  }, [map, west, south, east, north])

  useEffect(() => {
    const canvas = map?.getCanvas()
    canvas?.setAttribute('aria-label', label)
    canvas?.setAttribute('role', 'img')
  }, [map, label])

  return (
    <div className="map-box" data-ready={map !== undefined && ready ? 'true' : 'false'}>
      <div ref={element} className="map" />
      {!(map !== undefined && ready) && <p className="map-wait muted">{t('list.loading')}</p>}
      <div className="map-tools">
        <button type="button" onClick={() => map?.zoomIn({ animate: false })} aria-label={t('map.zoomIn')}>
          +
        </button>
        <button type="button" onClick={() => map?.zoomOut({ animate: false })} aria-label={t('map.zoomOut')}>
          −
        </button>
        <button
          type="button"
          onClick={() => map?.fitBounds([west, south, east, north], { padding: 24, animate: false })}
          aria-label={t('map.all')}
        >
          ⤢
        </button>
      </div>
      <span className="map-datum small">{t('map.datum')}</span>
    </div>
  )
}
