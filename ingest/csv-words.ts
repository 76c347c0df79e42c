import type { Mine } from '../model/mine.ts'
import type { UsagePoint } from '../model/usage-point.ts'

/** Chinese words of the ledgers that offices already keep. */
export const CATEGORY_NAMES: Readonly<Record<string, UsagePoint['category']>> = {
  居民: 'residential',
  居民生活: 'residential',
  农业: 'agricultural',
  农业生产: 'agricultural',
  商业: 'commercial',
  一般工商业: 'commercial',
  工业: 'industrial',
  大工业: 'industrial',
  公共: 'public',
}

export const STATUS_NAMES: Readonly<Record<string, UsagePoint['status']>> = {
  正常: 'active',
  在用: 'active',
  暂停: 'suspended',
  停用: 'suspended',
  销户: 'closed',
}

export const MINE_KIND_NAMES: Readonly<Record<string, Mine['kind']>> = {
  政策性关闭: 'policy-closed',
  保护地内退出: 'protected-area-exit',
  正常关闭: 'normal-closed',
  盗采点: 'dig-point',
}

export const SEALING_NAMES: Readonly<Record<string, Mine['sealing']>> = {
  已封堵: 'sealed',
  封堵不彻底: 'partly-sealed',
  未封堵: 'unsealed',
  被破封: 'broken',
  不详: 'unknown',
}
