-- What an account chose last for an event, taken back or not; consent_standing knows only what stands.
CREATE INDEX consent_choice ON consent(account_id, event_id);
