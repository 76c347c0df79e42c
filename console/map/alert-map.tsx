import { useMemo } from 'react'
import type { Alert } from '../../model/alert.ts'
import { alertLevel } from '../../model/alert-level.ts'
import type { MineBook } from '../alerts/alert-filter.ts'
import { maskId } from '../alerts/mask-id.ts'
import type { SubjectPlace } from '../alerts/use-subject-place.ts'
import { distance, kilowatts } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { MapView } from './map-view.tsx'
import { alertMark, type Circle, mineMark } from './mark.ts'
import { MineVisibility } from './mine-visibility.tsx'
import { NearMines } from './near-mines.tsx'
import { boundsOf, metersBetween, type Position, reachMeters } from './reach-circle.ts'

/** Mines farther than this are not drawn on an alert's map. */
const SIGHT_METERS = 8_000

interface Props {
  readonly alert: Alert
  readonly place: SubjectPlace
  readonly mines: MineBook
}

/** Picture ③: the subject, its area, how far its power can be carried, and the mines around. */
export function AlertMap({ alert, place, mines }: Props) {
  const { t, language } = useLanguage()
  const { latitude, longitude } = place
  const position = useMemo<Position | undefined>(
    () => (latitude === undefined || longitude === undefined ? undefined : { latitude, longitude }),
    [latitude, longitude],
  )
  const reach = reachMeters(alert.powerW)
  const [nearest] = alert.mines
  const level = alertLevel(alert)
  const subject =
    alert.subject.kind === 'area' ? t('list.area', { id: alert.subject.id }) : t('list.account', { id: maskId(alert.subject.id) })
  const areaLatitude = place.areaPosition?.latitude
  const areaLongitude = place.areaPosition?.longitude
  const areaRadius = place.areaPosition?.radiusMeters
  const drawing = useMemo(() => {
    if (!position) return undefined
    const named = new Set(alert.mines.map(({ mine }) => mine))
    const shown = [...mines.values()].filter((mine) => named.has(mine.mine) || metersBetween(position, mine) < SIGHT_METERS)
    const circles: Circle[] = [1, 3, 5].map((km) => ({ id: `ring-${km}`, ...position, meters: km * 1000, tone: 'ring' }))
    circles.push({ id: 'reach', ...position, meters: Math.min(reach, 20_000), tone: 'reach' })
    const marks = [...shown.map(mineMark), alertMark(alert.id, level, subject, position)]
    if (areaLatitude !== undefined && areaLongitude !== undefined) {
      const area = { latitude: areaLatitude, longitude: areaLongitude }
      if (areaRadius !== undefined) circles.push({ id: 'area', ...area, meters: areaRadius, tone: 'area' })
      if (alert.subject.kind !== 'area' && metersBetween(area, position) > 30)
        marks.push({ id: 'area', symbol: 'area', label: place.areaName ?? place.area ?? '', ...area })
    }
    const around = alert.mines.slice(0, 3).flatMap(({ mine }) => mines.get(mine) ?? [])
    const bounds = boundsOf([position, ...around], Math.min(Math.max(reach * 1.05, 700), 3_000))
    return { marks, circles, bounds }
  }, [
    alert.id,
    alert.mines,
    alert.subject.kind,
    mines,
    position,
    reach,
    level,
    subject,
    areaLatitude,
    areaLongitude,
    areaRadius,
    place.areaName,
    place.area,
  ])

  return (
    <figure className="panel" data-testid="map">
      <h2>{t('map.title')}</h2>
      {drawing ? (
        <>
          <MapView
            {...drawing}
            selected={`alert:${alert.id}`}
            label={t('map.aria', { subject, mines: drawing.marks.length - 1 })}
            calm
          />
          <p className="legend small muted">
            <span>
              <i className="key-reach" />{' '}
              {t('map.reach', { distance: distance(reach, language), power: kilowatts(alert.powerW, language) })}
            </span>
            {areaRadius !== undefined && (
              <span>
                <i className="key-area" /> {t('map.area')}
              </span>
            )}
            <span>{t('map.legendRing')}</span>
            {place.uncertaintyMeters > 0 && (
              <span>{t('map.uncertainty', { distance: distance(place.uncertaintyMeters, language) })}</span>
            )}
          </p>
        </>
      ) : (
        <p className="notice notice-warn">{t('map.noPosition')}</p>
      )}
      <NearMines alert={alert} mines={mines} />
      {nearest && <MineVisibility mine={nearest.mine} mines={mines} />}
    </figure>
  )
}
