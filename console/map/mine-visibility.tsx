import type { Supply, WayOfTaking } from '../../model/observability.ts'
import type { MineBook } from '../alerts/alert-filter.ts'
import { maskId } from '../alerts/mask-id.ts'
import { useObservability } from '../api/queries.ts'
import { distance, kilowatts } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { FileLink } from '../shell/file-link.tsx'

/** Of each kind, the nearest. */
const SHOWN = 4

/** What would be seen of power taken to a mine: its class, the powers, and the supplies in reach. */
export function MineVisibility({ mine, mines }: { readonly mine: string; readonly mines: MineBook }) {
  const { t, language } = useLanguage()
  const { data: found, error, refetch } = useObservability(mine)
  if (error) return <ErrorNotice what={t('visibility.title')} error={error} onRetry={refetch} />
  if (!found) return null
  const shown = (['area', 'usage-point'] as const).flatMap((kind) =>
    found.supplies.filter((one) => one.kind === kind).slice(0, SHOWN),
  )
  return (
    <section data-testid="visibility">
      <h3>
        {t('visibility.of', { mine: mines.get(mine)?.name ?? mine })}: {t(`visibility.class.${found.class}`)}
      </h3>
      <table className="dense">
        <tbody>
          <WayRow name={t('visibility.metered')} way={found.metered} />
          <WayRow name={t('visibility.tapped')} way={found.tapped} />
        </tbody>
      </table>
      <details>
        <summary>{t('visibility.supplies', { count: found.metered.supplies + found.tapped.supplies })}</summary>
        <ul className="bare small">
          {found.reasons.map((sentence) => (
            <li key={sentence.en}>{sentence[language]}</li>
          ))}
        </ul>
        {shown.length > 0 && (
          <table className="dense">
            <tbody>
              {shown.map((supply) => (
                <SupplyRow key={supply.kind + supply.id} supply={supply} />
              ))}
            </tbody>
          </table>
        )}
      </details>
      <p className="small">
        <FileLink path="/api/v1/mines/observability.csv" name="observability.csv">
          {t('visibility.csv')}
        </FileLink>
      </p>
    </section>
  )
}

function WayRow({ name, way }: { readonly name: string; readonly way: WayOfTaking }) {
  const { t, language } = useLanguage()
  const { supplies, judged, smallestSeenW, surelySeenW } = way
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {surelySeenW === null
          ? t(supplies === 0 ? 'visibility.nothing' : 'visibility.unknown')
          : smallestSeenW === null
            ? t('visibility.hidden', { power: kilowatts(surelySeenW, language) })
            : t('visibility.seen', { power: kilowatts(surelySeenW, language) })}
      </td>
      <td className="muted nowrap">{t('visibility.judged', { judged, supplies })}</td>
    </tr>
  )
}

function SupplyRow({ supply: { kind, id, distanceMeters, watch, seenW } }: { readonly supply: Supply }) {
  const { t, language } = useLanguage()
  return (
    <tr>
      <td>{kind === 'area' ? t('list.area', { id }) : t('list.account', { id: maskId(id) })}</td>
      <td className="number">{distance(distanceMeters, language)}</td>
      <td>{seenW === null ? t(`visibility.watch.${watch}`) : t('visibility.seen', { power: kilowatts(seenW, language) })}</td>
    </tr>
  )
}
