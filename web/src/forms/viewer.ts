import '@bpmn-io/form-js-viewer/dist/assets/form-js.css'
import './form.css'

// On its own, so that forms are fetched with the first task that has one.
export { createForm } from '@bpmn-io/form-js-viewer'
