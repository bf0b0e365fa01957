import { ElMessageBox } from 'element-plus'
import 'element-plus/es/components/message-box/style/css'
import { i18n } from '@/i18n'

/** Ask before something that cannot be undone; whether it was said. */
export async function confirmed(text: string, title: string, yes: string): Promise<boolean> {
  const words = { confirmButtonText: yes, cancelButtonText: i18n.global.t('common.cancel') }
  return ElMessageBox.confirm(text, title, words).then(
    () => true,
    () => false,
  )
}
