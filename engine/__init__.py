"""The workflow engine of Bihuan 闭环: the core that neither knows a web framework nor a job queue."""
