//! How tables are to be kept: what every operation on tables may be told.

/// The options of a builder with the fields `settings` and `others`.
macro_rules! table_options {
    () => {
        /// Together with another type, whose tables, and indexes of tables that both share, are wanted too.
        ///
        /// Both must be in one region.
        pub fn and<U: Stored>(mut self) -> Self {
            self.others.push(U::SHAPE);
            self
        }

        /// With tables, and their indexes, of this throughput, paid by the second instead of by request.
        pub fn provisioned(mut self, reads: u32, writes: u32) -> Self {
            let throughput = crate::table::Throughput::new(reads, writes);
            self.settings.billing = Some(crate::table::Billing::Provisioned(throughput));
            self
        }

        /// With tables that are paid by request, which is the default for those that are made.
        pub fn on_demand(mut self) -> Self {
            self.settings.billing = Some(crate::table::Billing::OnDemand);
            self
        }

        /// With these tags on every table.
        pub fn tags<N: Into<String>, V: Into<String>>(
            mut self,
            tags: impl IntoIterator<Item = (N, V)>,
        ) -> Self {
            let tags = tags.into_iter();
            let tags = tags.map(|(name, value)| (name.into(), value.into()));
            self.settings.tags.extend(tags);
            self
        }

        /// With objects that expire at the time that this field holds, in seconds since 1970, by its stored name: a number
        /// in clear, in the root.
        ///
        /// Only the table of the type itself gets it. DynamoDB deletes expired items one by one, and knows nothing of shards:
        /// those of an expired object stay until it is deleted.
        pub fn ttl(mut self, attribute: impl Into<String>) -> Self {
            self.settings.ttl = Some(attribute.into());
            self
        }

        /// With a stream of changes of every table.
        pub fn stream(mut self, view: crate::table::StreamView) -> Self {
            self.settings.stream = Some(view);
            self
        }

        /// With tables that can be restored as they were at any moment of the last 35 days.
        pub fn point_in_time_recovery(mut self) -> Self {
            self.settings.recovery = true;
            self
        }

        /// With tables that cannot be deleted until their protection is taken off.
        pub fn deletion_protection(mut self) -> Self {
            self.settings.protection = true;
            self
        }
    };
}

pub(super) use table_options;
