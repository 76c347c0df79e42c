import { useMemo } from 'react'
import { monthDay, number } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { busyHours, type HourGrid, hourGrid } from './hour-grid.ts'
import type { PowerSeries } from './power-series.ts'
import { useWidth } from './use-width.ts'

const STEPS = 6
const HEAT_LEVELS = [0, 1, 2, 3, 4, 5]
const LEFT = 34
const ROW = 8

interface Props {
  readonly series: PowerSeries
  readonly until: number
  readonly onset: number
  readonly zone: string
}

export const HEAT_DAYS = 30

/** When the load runs, at a glance: a column a day, a row an hour; root scale, so that a weak pump beside a mill is seen. */
export function HeatMap({ series, until, onset, zone }: Props) {
  const { t } = useLanguage()
  const [element, width] = useWidth()
  const grid = useMemo(() => hourGrid(series, until, HEAT_DAYS, zone), [series, until, zone])
  const busy = useMemo(() => busyHours(grid, onset), [grid, onset])
  const hours = busy?.map(([from, to]) => `${clockHour(from)}–${clockHour(to)}`).join(', ') ?? '0–24'
  const column = Math.max(1, (width - LEFT) / HEAT_DAYS)
  const onsetDay = grid.days.findIndex((day) => onset < day + 86_400)

  return (
    <>
      <div ref={element}>
        {width > 0 && (
          <svg
            width={width}
            height={24 * ROW + 20}
            className="heat"
            role="img"
            aria-label={t('heat.aria', { days: HEAT_DAYS, hours })}
          >
            <defs>
              <pattern id="heat-missing" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width="1" height="4" className="heat-hatch" />
              </pattern>
            </defs>
            {grid.watts.map((ofDay, day) =>
              ofDay.map((watts, hour) => (
                <rect
                  key={`${grid.days[day]}-${clockHour(hour)}`}
                  x={LEFT + day * column}
                  y={hour * ROW}
                  width={Math.max(1, column - 0.6)}
                  height={ROW - 0.6}
                  className={watts === null ? 'heat-missing' : `heat-${step(watts, grid.peak)}`}
                />
              )),
            )}
            {[0, 6, 12, 18].map((hour) => (
              <text key={hour} x={0} y={hour * ROW + 10}>
                {clockHour(hour)}
              </text>
            ))}
            {[0, 10, 20].map((day) => (
              <text key={day} x={LEFT + day * column} y={24 * ROW + 15}>
                {monthDay((grid.days[day] ?? 0) + 1, zone)}
              </text>
            ))}
            {onsetDay > 0 && (
              <line className="heat-onset" x1={LEFT + onsetDay * column} x2={LEFT + onsetDay * column} y1={0} y2={24 * ROW} />
            )}
          </svg>
        )}
      </div>
      <Legend peak={grid.peak} />
      <p>{t(busy ? 'heat.visit' : 'heat.flat', { hours })}</p>
      <HourTable grid={grid} zone={zone} />
    </>
  )
}

function Legend({ peak }: { readonly peak: number }) {
  const { t, language } = useLanguage()
  return (
    <p className="legend small muted">
      <span>{t('heat.legend')}</span>
      {HEAT_LEVELS.map((level) => (
        <span key={level}>
          <svg width="12" height="12" aria-hidden="true">
            <rect width="12" height="12" className={`heat-${level}`} />
          </svg>{' '}
          ≥ {number((peak * (level / STEPS) ** 2) / 1000, language, 2)}
        </span>
      ))}
    </p>
  )
}

function HourTable({ grid, zone }: { readonly grid: HourGrid; readonly zone: string }) {
  const { t, language } = useLanguage()
  return (
    <details>
      <summary>{t('heat.table')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="scroll table-box" aria-label={t('heat.table')} tabIndex={0}>
        <table className="dense">
          <thead>
            <tr>
              <th scope="col">{t('curve.day')}</th>
              {Array.from({ length: 24 }, (_, hour) => (
                <th scope="col" key={clockHour(hour)} className="number">
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {grid.watts.map((ofDay, day) => (
              <tr key={grid.days[day]}>
                <th scope="row">{monthDay((grid.days[day] ?? 0) + 1, zone)}</th>
                {ofDay.map((watts, hour) => (
                  <td key={clockHour(hour)} className="number">
                    {watts === null ? t('heat.missing') : number(watts / 1000, language, 2)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}

function step(watts: number, peak: number): number {
  if (peak <= 0 || watts <= 0) return 0
  return Math.min(STEPS - 1, Math.floor(Math.sqrt(watts / peak) * STEPS))
}

function clockHour(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}
