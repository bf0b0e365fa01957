import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { amend, type Amendment } from '@/api/amendments'
import { readDefinitionsAnew, type Definition } from '@/api/definitions'
import { readRules, type Finding, type Submission } from '@/api/deployments'
import { Problem } from '@/api/problem'
import { useLoad, type Load } from '@/components/useLoad'

export interface Amending {
  flows: Load<Definition[]>
  flow: Ref<string>
  version: ComputedRef<number>
  findings: Ref<Finding[] | null>
  rules: Ref<Record<string, string>>
  submitted: Ref<Submission | null>
  complaints: Ref<string[]>
  busy: Ref<boolean>
  begin: () => Promise<void>
  clear: () => void
  check: (change: Amendment) => Promise<void>
  submit: (change: Amendment) => Promise<void>
}

/** Changing tables or templates of a process: which one, what the checks find, and handing it in. */
export function useAmending(): Amending {
  const { t } = useI18n()
  const flows = useLoad(readDefinitionsAnew)
  const flow = ref('')
  const findings = ref<Finding[] | null>(null)
  const rules = ref<Record<string, string>>({})
  const submitted = ref<Submission | null>(null)
  const complaints = ref<string[]>([])
  const busy = ref(false)
  const version = computed(() => flows.value.value?.find((one) => one.key === flow.value)?.version ?? 0)

  async function begin(): Promise<void> {
    await flows.load()
    rules.value = await readRules().catch(() => ({}))
  }

  function clear(): void {
    findings.value = null
    complaints.value = []
  }

  async function send(change: Amendment, checkOnly: boolean): Promise<void> {
    clear()
    submitted.value = null
    busy.value = true
    try {
      const done = await amend(flow.value, version.value, change, checkOnly)
      findings.value = done.findings
      submitted.value = done.submission
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      // What has errors is not handed in; they are told like those of a check.
      if (Array.isArray(error.body.findings)) findings.value = error.body.findings as Finding[]
      else complaints.value = error.messages
    } finally {
      busy.value = false
    }
  }

  function guarded(change: Amendment, checkOnly: boolean): Promise<void> {
    return send(change, checkOnly).catch((error: unknown) => {
      complaints.value = [t('problem.unexpected')]
      console.error(error)
    })
  }

  return {
    flows, flow, version, findings, rules, submitted, complaints, busy, begin, clear,
    check: (change) => guarded(change, true),
    submit: (change) => guarded(change, false),
  }
}
