//! Rows of the store, each by the table that it is of: a patient's row is not taken for a speciality's.

macro_rules! row_ids {
    ($($name:ident),+) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);
    )+};
}

/// Applies a macro to the names of all row ids.
macro_rules! for_row_ids {
    ($apply:ident) => {
        $apply!(
            ApplicationId,
            CellId,
            ClosureId,
            ExamId,
            HoldId,
            LpuId,
            PatientId,
            ReferralId,
            ResourceId,
            SpecialityId,
            StaffId,
            VisitId,
            WaitingEntryId
        );
    };
}
pub(crate) use for_row_ids;

for_row_ids!(row_ids);
