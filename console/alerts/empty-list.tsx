import { Button } from '@mantine/core'
import { useLanguage } from '../i18n/language.ts'
import { useFeed } from '../live/feed-provider.tsx'
import { type AlertFilter, filterIn, filterParams, NO_FILTER, type SearchPlaces, tightest } from './alert-filter.ts'
import { QuietNotice } from './quiet-notice.tsx'

const PARAMS = { state: 'state', route: 'route', level: 'level', search: 'q', reach: 'reach' } as const

interface Props {
  readonly filter: AlertFilter
  readonly places: SearchPlaces
  readonly onFilter: (filter: AlertFilter) => void
}

/** Why the list is empty: nothing there, or a filter that hides what is. */
export function EmptyList({ filter, places, onFilter }: Props) {
  const { t } = useLanguage()
  const { alerts } = useFeed()
  const narrowed = filterParams({ ...filter, sort: 'urgent' }).size > 0
  if (!narrowed) return <QuietNotice />

  const worst = tightest(alerts.values(), filter, places)
  const remove = () => {
    if (!worst) return
    const params = filterParams(filter)
    params.delete(PARAMS[worst.name])
    if (worst.name === 'state') params.set('state', 'all')
    onFilter(filterIn(params))
  }
  return (
    <div className="notice">
      <p>
        <strong>{t('empty.filterTitle')}</strong>
      </p>
      {worst && <p>{t('empty.filter', { name: t(`list.${worst.name}`), count: worst.gain })}</p>}
      <p className="button-row">
        {worst && (
          <Button size="xs" onClick={remove}>
            {t('empty.remove', { name: t(`list.${worst.name}`) })}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => onFilter({ ...NO_FILTER, sort: filter.sort })}>
          {t('empty.clearAll')}
        </Button>
      </p>
    </div>
  )
}
