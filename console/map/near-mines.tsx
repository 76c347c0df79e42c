import type { Alert } from '../../model/alert.ts'
import type { MineBook } from '../alerts/alert-filter.ts'
import { distance } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { SymbolIcon } from './symbol-icon.tsx'

const SHOWN = 5

/** The map's twin: the mines around an alert, nearest first. */
export function NearMines({ alert, mines }: { readonly alert: Alert; readonly mines: MineBook }) {
  const { t } = useLanguage()
  if (alert.mines.length === 0) return <p>{t('list.noMine')}</p>
  return (
    <>
      <MineRows alert={{ ...alert, mines: alert.mines.slice(0, SHOWN) }} mines={mines} />
      {alert.mines.length > SHOWN && (
        <details>
          <summary>+{alert.mines.length - SHOWN}</summary>
          <MineRows alert={{ ...alert, mines: alert.mines.slice(SHOWN) }} mines={mines} />
        </details>
      )}
    </>
  )
}

function MineRows({ alert, mines }: { readonly alert: Alert; readonly mines: MineBook }) {
  const { t, language } = useLanguage()
  return (
    <table className="dense">
      <thead>
        <tr>
          <th scope="col">{t('map.mines')}</th>
          <th scope="col" className="number">
            {t('map.distance')}
          </th>
          <th scope="col">{t('map.inReach')}</th>
        </tr>
      </thead>
      <tbody>
        {alert.mines.map(({ mine: id, distanceMeters, withinReach }) => {
          const mine = mines.get(id)
          return (
            <tr key={id}>
              <td>
                {mine && <SymbolIcon name={`mine-${mine.kind}-${mine.sealing}`} />} {mine?.name ?? id}
                {mine && (
                  <span className="muted small">
                    {' '}
                    {t(`kind.${mine.kind}`)} · {t(`sealing.${mine.sealing}`)}
                  </span>
                )}
              </td>
              <td className="number">{distance(distanceMeters, language)}</td>
              <td className="nowrap">{withinReach ? <b>✓ {t('map.yes')}</b> : <span className="muted">{t('map.no')}</span>}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
