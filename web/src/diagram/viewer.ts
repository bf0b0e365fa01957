import 'bpmn-js/dist/assets/diagram-js.css'
import './diagram.css'

// On its own, so that diagrams are fetched with the first page that shows one.
export { default as Viewer } from 'bpmn-js/lib/NavigatedViewer'
