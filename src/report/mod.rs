//! What a person looks at: the report in three languages, its charts, and the workbook.
