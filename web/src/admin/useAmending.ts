import { computed, onMounted, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { amend, type Amendment } from '@/api/amendments'
import { readDefinitionsAnew, type Definition } from '@/api/definitions'
import { readRules, type Finding, type Submission } from '@/api/deployments'
import { Problem } from '@/api/problem'
import { useLoad, type Load } from '@/components/useLoad'

/** What came of a change so far. */
export interface Outcome {
  findings: Ref<Finding[] | null>
  rules: Ref<Record<string, string>>
  submitted: Ref<Submission | null>
  complaints: Ref<string[]>
  busy: Ref<boolean>
}

export interface Amending<One> extends Outcome {
  flows: Load<Definition[]>
  flow: Ref<string>
  version: ComputedRef<number>
  parts: Load<One[]>
  chosen: Ref<string>
  part: ComputedRef<One | undefined>
  pick: () => Promise<void>
  clear: () => void
  check: (change: Amendment) => Promise<void>
  submit: (change: Amendment) => Promise<void>
}

/** What can be changed of a process: how it is read, by which name it is chosen, and which one is shown first. */
export interface Parts<One> {
  read: (flow: string, version: number) => Promise<One[]>
  nameOf: (one: One) => string
  first?: (all: One[]) => One | undefined
}

/** Changing tables or templates of a process, the one in the address at first: which one, what the checks find, and handing it in. */
export function useAmending<One>({ read, nameOf, first = (all) => all[0] }: Parts<One>): Amending<One> {
  const { t } = useI18n()
  const route = useRoute()
  const router = useRouter()
  const flows = useLoad(readDefinitionsAnew)
  const flow = ref('')
  const findings = ref<Finding[] | null>(null)
  const rules = ref<Record<string, string>>({})
  const submitted = ref<Submission | null>(null)
  const complaints = ref<string[]>([])
  const busy = ref(false)
  const version = computed(() => flows.value.value?.find((one) => one.key === flow.value)?.version ?? 0)

  const parts = useLoad(() => read(flow.value, version.value))
  const chosen = ref('')
  const part = computed(() => parts.value.value?.find((one) => nameOf(one) === chosen.value))

  async function pick(): Promise<void> {
    parts.value.value = null
    clear()
    submitted.value = null
    if (!version.value) return
    await parts.load()
    const shown = first((parts.value.value as One[] | null) ?? [])
    chosen.value = shown === undefined ? '' : nameOf(shown)
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

  watch(flow, (key) => {
    void router.replace({ query: { flow: key || undefined } })
    void pick()
  })
  onMounted(async () => {
    await flows.load()
    rules.value = await readRules().catch(() => ({}))
    flow.value = String(route.query.flow ?? '')
  })

  return {
    flows, flow, version, parts, chosen, part, findings, rules, submitted, complaints, busy, pick, clear,
    check: (change) => guarded(change, true),
    submit: (change) => guarded(change, false),
  }
}
