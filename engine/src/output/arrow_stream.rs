//! Rows as an Arrow IPC stream.

use arrow::{array::RecordBatch, datatypes::SchemaRef, ipc::writer::StreamWriter};

use super::{Ending, OutputError, Write, not_arrow};

/// The messages of a stream.
pub(super) struct Messages(StreamWriter<Vec<u8>>);

impl Messages {
    pub(super) fn begin(schema: &SchemaRef) -> Result<Self, OutputError> {
        Ok(Self(
            StreamWriter::try_new(Vec::new(), schema).map_err(not_arrow)?,
        ))
    }
}

impl Write for Messages {
    fn batch(&mut self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        self.0.write(batch).map_err(not_arrow)?;
        bytes.append(self.0.get_mut());
        Ok(())
    }

    fn finish(mut self: Box<Self>, _: &Ending, bytes: &mut Vec<u8>) -> Result<(), OutputError> {
        self.0.finish().map_err(not_arrow)?;
        bytes.append(self.0.get_mut());
        Ok(())
    }
}
