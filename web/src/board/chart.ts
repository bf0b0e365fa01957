import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

// On its own, so that charts are fetched with the first page that draws one.
use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

export interface Drawing {
  steps: string[]
  bars: { name: string; values: (number | null)[] }
  lines: { name: string; values: (number | null)[] }[]
}

export interface Chart {
  draw(drawing: Drawing): void
  fit(): void
  close(): void
}

/** Lines differ by their symbol and dash too: colour is never the only sign. */
const LOOKS = [
  { colour: '--el-color-primary', symbol: 'circle', dash: 'solid' },
  { colour: '--grade-orange', symbol: 'triangle', dash: 'dashed' },
  { colour: '--grade-none', symbol: 'rect', dash: 'dotted' },
] as const

/** A chart of bars with lines of percentages over them. */
export function open(place: HTMLElement): Chart {
  const chart = init(place, null, { renderer: 'svg' })
  const style = getComputedStyle(place)
  // As they are now: another theme, or paper, has others.
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  /** On paper the drawing is as wide as the sheet, which takes a scale. */
  const scale = (): void => place.querySelector('svg')?.setAttribute('viewBox', `0 0 ${chart.getWidth()} ${chart.getHeight()}`)
  return {
    draw({ steps, bars, lines }) {
      const text = { color: colour('--ink-soft'), fontFamily: style.fontFamily }
      chart.setOption(
        {
          animation: false,
          textStyle: text,
          grid: { left: 44, right: 48, top: 44, bottom: 30 },
          legend: { top: 4, textStyle: text },
          tooltip: { trigger: 'axis', confine: true },
          xAxis: { type: 'category', data: steps, axisLabel: text },
          yAxis: [
            { type: 'value', minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: colour('--line') } } },
            { type: 'value', min: 0, max: 100, axisLabel: { ...text, formatter: '{value} %' }, splitLine: { show: false } },
          ],
          series: [
            { type: 'bar', name: bars.name, data: bars.values, barMaxWidth: 26, itemStyle: { color: colour('--el-color-primary-light-7') } },
            ...lines.map((line, place) => {
              const look = LOOKS[place % LOOKS.length]!
              return {
                type: 'line',
                name: line.name,
                yAxisIndex: 1,
                data: line.values,
                symbol: look.symbol,
                symbolSize: 8,
                itemStyle: { color: colour(look.colour) },
                lineStyle: { type: look.dash, width: 2 },
              }
            }),
          ],
        },
        { notMerge: true },
      )
      // At once: a page that is about to be printed does not wait for the next frame.
      chart.getZr().flush()
      scale()
    },
    fit() {
      // On a sheet it is scaled, not drawn anew.
      if (matchMedia('print').matches) return
      chart.resize()
      scale()
    },
    close: () => chart.dispose(),
  }
}
