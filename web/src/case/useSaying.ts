import { useI18n } from 'vue-i18n'
import { useNames } from '@/stores/names'
import type { Saying } from './telling'

/** How values are said to whoever looks: in their language, units and people by their names. */
export function useSaying(): () => Saying {
  const { t } = useI18n()
  const names = useNames()
  return () => ({ yes: t('common.yes'), no: t('common.no'), name: names.name })
}
