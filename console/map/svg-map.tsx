import { useWidth } from '../charts/use-width.ts'
import { useLanguage } from '../i18n/language.ts'
import type { MapProps } from './mark.ts'
import { ringAround } from './reach-circle.ts'
import { allSymbols } from './symbols.ts'

const SYMBOLS = allSymbols()
const HEIGHT = 320

/** The same picture without a graphics card: equirectangular around the middle, which a county's width does not bend. */
export function SvgMap({ marks, circles, bounds, selected, onSelect, label }: MapProps) {
  const { t } = useLanguage()
  const [element, width] = useWidth()
  const [west, south, east, north] = bounds
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = Math.min(width / Math.max(1e-9, (east - west) * squeeze), HEIGHT / Math.max(1e-9, north - south))
  const x = (longitude: number) => width / 2 + (longitude - (west + east) / 2) * squeeze * scale
  const y = (latitude: number) => HEIGHT / 2 - (latitude - (south + north) / 2) * scale

  return (
    <div ref={element} className="map svg-map" data-ready="true">
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={label}>
          {circles.map((circle) => (
            <path
              key={circle.id}
              className={`circle-${circle.tone}`}
              d={`M${ringAround(circle, circle.meters)
                .map(([longitude, latitude]) => `${x(longitude).toFixed(1)} ${y(latitude).toFixed(1)}`)
                .join('L')}Z`}
            />
          ))}
          {marks.map((mark) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the list beside the picture is the way in without a mouse
            <g
              key={mark.id}
              transform={`translate(${x(mark.longitude) - 9} ${y(mark.latitude) - 9})`}
              onClick={() => onSelect?.(mark.id)}
              className={mark.id === selected ? 'mark-selected' : undefined}
            >
              <g transform="scale(0.75)">
                {(SYMBOLS.get(mark.symbol) ?? []).map(({ path, fill, line, width: stroke }) => (
                  <path
                    key={path}
                    d={path}
                    fill={fill ? `var(--${fill})` : 'none'}
                    stroke={line ? `var(--${line})` : 'none'}
                    strokeWidth={stroke ?? 0}
                  />
                ))}
              </g>
              {(marks.length < 40 || mark.id === selected) && (
                <text x={21} y={14}>
                  {mark.label}
                </text>
              )}
            </g>
          ))}
        </svg>
      )}
      <p className="small muted">{t('map.svg')}</p>
    </div>
  )
}
