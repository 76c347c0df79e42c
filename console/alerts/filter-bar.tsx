import { NativeSelect, TextInput } from '@mantine/core'
import type { RefObject } from 'react'
import { AlertRoute } from '../../model/alert.ts'
import { ALERT_LEVELS } from '../../model/alert-level.ts'
import { count } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { type AlertFilter, FILTER_NAMES, filterIn, filterParams, NO_FILTER } from './alert-filter.ts'

interface Props {
  readonly filter: AlertFilter
  readonly shown: number
  readonly loading: boolean
  readonly onChange: (filter: AlertFilter) => void
  readonly searchBox: RefObject<HTMLInputElement | null>
}

export function FilterBar({ filter, shown, loading, onChange, searchBox }: Props) {
  const { t, language } = useLanguage()
  const set = (name: string, value: string) => {
    const params = filterParams(filter)
    if (value === '') params.delete(name)
    else params.set(name, value)
    onChange(filterIn(params))
  }
  const hidden = FILTER_NAMES.filter((name) => name !== 'search' && name !== 'state' && filter[name] !== NO_FILTER[name]).length

  return (
    <search className="filters" aria-label={t('list.filters')}>
      <div className="filter-line">
        <TextInput
          ref={searchBox}
          type="search"
          size="xs"
          className="filter-search"
          aria-label={t('list.search')}
          aria-keyshortcuts="/"
          placeholder={t('list.searchHint')}
          value={filter.search}
          onChange={({ currentTarget }) => set('q', currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          aria-label={t('list.state')}
          value={filter.state}
          onChange={({ currentTarget }) => set('state', currentTarget.value)}
          data={(['open', 'cleared', 'all'] as const).map((value) => ({ value, label: t(`state.${value}`) }))}
        />
      </div>
      <details className="filter-more" open={hidden > 0 || undefined}>
        <summary>
          <span>{t('list.more')}</span>
          <span className="muted small">{loading ? t('list.loading') : t('list.shown', { count: count(shown, language) })}</span>
        </summary>
        <div className="filter-grid">
          <NativeSelect
            size="xs"
            aria-label={t('list.level')}
            value={filter.level}
            onChange={({ currentTarget }) => set('level', currentTarget.value)}
            data={[
              { value: '', label: t('list.anyLevel') },
              ...ALERT_LEVELS.map((value) => ({ value, label: t(`level.${value}`) })),
            ]}
          />
          <NativeSelect
            size="xs"
            aria-label={t('list.route')}
            value={filter.route}
            onChange={({ currentTarget }) => set('route', currentTarget.value)}
            data={[
              { value: '', label: t('list.anyRoute') },
              ...AlertRoute.options.map((value) => ({ value, label: t(`route.${value}`) })),
            ]}
          />
          <NativeSelect
            size="xs"
            aria-label={t('list.sort')}
            value={filter.sort}
            onChange={({ currentTarget }) => set('sort', currentTarget.value)}
            data={(['urgent', 'newest'] as const).map((value) => ({ value, label: t(`list.${value}`) }))}
          />
          <label className="tick">
            <input
              type="checkbox"
              checked={filter.reach}
              onChange={({ currentTarget }) => set('reach', currentTarget.checked ? '1' : '')}
            />
            {t('list.reach')}
          </label>
        </div>
      </details>
    </search>
  )
}
