// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Who took part in a call.

use super::leg::Leg;
use super::{CallDirection, CallState, Outcome};

impl CallState {
    /// The person who speaks for the patient: `RelatedPerson/…` or `Patient/…`. `None` if only candidates are known.
    #[must_use]
    pub fn patient_side(&self) -> Option<&str> {
        let context = self.context();
        context.related.as_deref().or(context.patient.as_deref())
    }

    /// The person who speaks for the clinic: `Practitioner/…` or `PractitionerRole/…`.
    ///
    /// - Prepared call: the practitioner for whom it was prepared.
    /// - Outbound call: the practitioner in the context, or else on the root leg.
    /// - Inbound call: the practitioner on the leg that answered. If no one answered, the only practitioner whose phones
    ///   rang. Otherwise, the practitioner in the context, but not one whose phone rang without an answer.
    #[must_use]
    pub fn practitioner(&self) -> Option<&str> {
        let context = self.context().practitioner.as_deref();
        if self.context().prepared_at.is_some() || self.direction() != Some(CallDirection::Inbound) {
            return context.or_else(|| self.root_leg()?.practitioner());
        }
        let mut rung = self.children().filter_map(Leg::practitioner);
        let answered = match self.best_child() {
            Some((Outcome::Answered, leg)) => Some(leg),
            _ => None,
        };
        // Twilio does not report which leg took the caller from a queue or met them in a conference.
        let elsewhere =
            || self.root_leg().is_some_and(|root| root.left_queue_connected() || root.bridged == Some(true));
        if answered.is_some() || elsewhere() {
            let of_leg = answered.and_then(Leg::practitioner);
            return of_leg.or_else(|| context.filter(|context| rung.all(|other| other != *context)));
        }
        let first = rung.next();
        first.filter(|first| rung.all(|other| other == *first)).or(context)
    }
}
