import { reactive } from 'vue'

/** What the public reads, in both languages; few words, so that the page stays small. */
const WORDS = {
  zh: {
    title: '随手拍', tagline: '反映问题，件件有回音', other: 'English',
    danger: '正有危险？不要在这里写，马上打电话', police: '报警', fire: '火警', ambulance: '急救',
    ask: '我要反映', look: '查进度', area: '在哪里', areaHint: '选到村、社区', choose: '请选择',
    photos: '照片', photosHint: '最多 6 张；不带位置信息', take: '拍照、选照片', drop: '去掉第 {n} 张', send: '提交', sending: '正在提交，约需几秒…',
    required: '必须填写', longest: '最多 {n} 个字', pattern: '格式不正确', wrong: '有几项还没有填好', unknown: '出了点问题，请稍后再试',
    network: '没有网络，填写的内容还在，连上网络后请再按一次“提交”，不会重复', sent: '已收到', keep: '请记下这两个编码，凭它们查询结果。只显示这一次。',
    case: '案件编码', phone: '查询码', copy: '复制两个编码', copied: '已复制', photoFailed: '{n} 张照片没有传上去', photoAgain: '再传一次',
    toStatus: '查看进度', find: '查询', lookHint: '提交时给您的两个编码', state: '进度', received: '已收到', accepted: '已受理', handling: '办理中', shelved: '暂时挂起，到期再办',
    told: '已告知', answered: '已答复', closed: '已办结', withdrawn: '已撤回', answer: '给您的答复', published: '公开的答复', noAnswer: '还没有答复',
    rate: '评价', solved: '问题解决了吗？', yes: '解决了', no: '没有解决', satisfied: '满意吗？', s_satisfied: '满意', s_fairly: '基本满意', s_dissatisfied: '不满意', s_no_answer: '不表态',
    rateSend: '提交评价', rated: '谢谢，已收到您的评价', again: '说“没有解决”的，会重新办理，最多两次。', withdraw: '撤回诉求', withdrawAsk: '撤回以后不再办理。确定撤回？', withdrawYes: '确定撤回', back: '返回', at: '{at}', none: '这里还没有开放网上反映，请打 12345。',
  },
  en: {
    title: 'Report', tagline: 'Every report gets an answer', other: '中文',
    danger: 'In danger now? Do not write here. Call', police: 'Police', fire: 'Fire', ambulance: 'Ambulance',
    ask: 'Report', look: 'Progress', area: 'Where', areaHint: 'Down to the village', choose: 'Please choose',
    photos: 'Pictures', photosHint: 'Six at most; they carry no location', take: 'Take or choose', drop: 'Remove picture {n}', send: 'Send', sending: 'Being sent; this takes some seconds…',
    required: 'Required', longest: 'At most {n} characters', pattern: 'Wrong format', wrong: 'Some fields need another look', unknown: 'Something went wrong; try again later',
    network: 'No network. What you wrote is still here: press Send again when there is one; it is taken once only', sent: 'Received', keep: 'Keep these two codes: they open your report. They are shown this once.',
    case: 'Case code', phone: 'Second code', copy: 'Copy both codes', copied: 'Copied', photoFailed: '{n} pictures did not get through', photoAgain: 'Try again',
    toStatus: 'See progress', find: 'Look up', lookHint: 'The two codes you were given', state: 'Progress', received: 'Received', accepted: 'Accepted', handling: 'Being handled', shelved: 'Shelved for now',
    told: 'You were told', answered: 'Answered', closed: 'Closed', withdrawn: 'Withdrawn', answer: 'The answer to you', published: 'What was published', noAnswer: 'No answer yet',
    rate: 'Rate', solved: 'Is it solved?', yes: 'Yes', no: 'No', satisfied: 'Are you satisfied?', s_satisfied: 'Yes', s_fairly: 'Fairly', s_dissatisfied: 'No', s_no_answer: 'No answer',
    rateSend: 'Send', rated: 'Thank you, your rating was received', again: 'What is not solved is taken up again, twice at most.', withdraw: 'Withdraw', withdrawAsk: 'It will not be handled any more. Withdraw it?', withdrawYes: 'Withdraw', back: 'Back', at: '{at}', none: 'Reports cannot be handed in here yet; please call 12345.',
  },
} as const

export type Word = keyof (typeof WORDS)['zh']
const KEPT = 'bihuan.language'

export const spoken = reactive({ language: localStorage.getItem(KEPT) === 'en' ? ('en' as const) : ('zh' as 'zh' | 'en') })

/** A word in the language spoken. */
export function say(word: Word, given: Record<string, string | number> = {}): string {
  return Object.entries(given).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, String(value)), WORDS[spoken.language][word] as string)
}

export function speak(language: 'zh' | 'en'): void {
  spoken.language = language
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = say('title')
}
