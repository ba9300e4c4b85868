-- a copy of a database talks to no marketplace and knows no secret
UPDATE marketplace_account
   SET state = 'disabled',
       login = NULL,
       password = NULL,
       token = NULL,
       service_key = NULL,
       webhook_secret = NULL,
       webhook_ids = NULL,
       webhook_wish = NULL,
       comment_first_id = NULL,
       comment_sequence_id = NULL,
       token_expires_at = NULL;
DELETE FROM mail_tracking_value
 USING ir_model_fields AS field
 WHERE field.id = mail_tracking_value.field_id
   AND field.model = 'marketplace.account' AND field.name = 'login';
