CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.devices (
    id character varying(32) NOT NULL,
    school_id integer NOT NULL,
    address text NOT NULL,
    name text NOT NULL,
    person_id character varying(32),
    "group" text DEFAULT ''::text NOT NULL
);
COMMENT ON COLUMN public.devices.id IS 'Random: no name.';
COMMENT ON COLUMN public.devices.school_id IS 'The school that this row belongs to.';
COMMENT ON COLUMN public.devices.address IS 'Its IP address, in one spelling.';
COMMENT ON COLUMN public.devices.name IS 'What staff call it.';
COMMENT ON COLUMN public.devices.person_id IS 'Its usual user.';
COMMENT ON COLUMN public.devices."group" IS 'The group where it has no usual user.';
CREATE TABLE public.events (
    id uuid NOT NULL,
    school_id integer NOT NULL,
    reference character varying(9) NOT NULL,
    at timestamp with time zone NOT NULL,
    last timestamp with time zone NOT NULL,
    count integer NOT NULL,
    person text NOT NULL,
    device text NOT NULL,
    address text NOT NULL,
    "group" text NOT NULL,
    method text NOT NULL,
    channel text NOT NULL,
    kind text NOT NULL,
    host text NOT NULL,
    hosts text NOT NULL,
    category text NOT NULL,
    categories text NOT NULL,
    themes text NOT NULL,
    severity integer NOT NULL,
    action text NOT NULL,
    flagged boolean NOT NULL,
    reason text NOT NULL,
    rule text NOT NULL,
    list text NOT NULL,
    artefact text NOT NULL,
    policy_version text NOT NULL,
    sealed bytea NOT NULL,
    reviewed boolean DEFAULT false NOT NULL
);
COMMENT ON COLUMN public.events.school_id IS 'The school that this row belongs to.';
COMMENT ON COLUMN public.events.reference IS 'What the block page showed.';
COMMENT ON COLUMN public.events.at IS 'When; of a counted one, the first.';
COMMENT ON COLUMN public.events.last IS 'Of a counted one, the last.';
COMMENT ON COLUMN public.events.count IS 'How many blocks this stands for.';
COMMENT ON COLUMN public.events.person IS 'people.id, or empty: not identified.';
COMMENT ON COLUMN public.events.device IS 'devices.id, or empty.';
COMMENT ON COLUMN public.events.address IS 'IP address of who asked.';
COMMENT ON COLUMN public.events."group" IS 'The group then.';
COMMENT ON COLUMN public.events.method IS 'How the person was found.';
COMMENT ON COLUMN public.events.channel IS 'web or dns.';
COMMENT ON COLUMN public.events.kind IS 'search, chat, page; empty: no text was judged.';
COMMENT ON COLUMN public.events.host IS 'The host asked for, the first of them.';
COMMENT ON COLUMN public.events.hosts IS 'Up to 20 hosts of a counted one.';
COMMENT ON COLUMN public.events.category IS 'The category that decided.';
COMMENT ON COLUMN public.events.categories IS 'All that were hit.';
COMMENT ON COLUMN public.events.themes IS 'theme:severity, worst first.';
COMMENT ON COLUMN public.events.severity IS '0 none to 4 urgent.';
COMMENT ON COLUMN public.events.action IS 'allow or block: what was done.';
COMMENT ON COLUMN public.events.flagged IS 'Whether a person should look.';
COMMENT ON COLUMN public.events.reason IS 'Why, one of docs/reference/reasons.md.';
COMMENT ON COLUMN public.events.rule IS 'The policy rule that decided.';
COMMENT ON COLUMN public.events.list IS 'The list that was hit.';
COMMENT ON COLUMN public.events.artefact IS 'Fingerprint of the rules in force.';
COMMENT ON COLUMN public.events.policy_version IS 'The policy in force.';
COMMENT ON COLUMN public.events.sealed IS 'URL, words and excerpt, encrypted.';
COMMENT ON COLUMN public.events.reviewed IS 'Whether a review stands: not undone.';
CREATE TABLE public.generation (
    id integer NOT NULL,
    number bigint NOT NULL
);
CREATE SEQUENCE public.generation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.generation_id_seq OWNED BY public.generation.id;
CREATE TABLE public.networks (
    cidr text NOT NULL,
    school_id integer NOT NULL,
    "group" text NOT NULL
);
COMMENT ON COLUMN public.networks.cidr IS 'Such as 10.20.0.0/16.';
COMMENT ON COLUMN public.networks.school_id IS 'The school that this row belongs to.';
COMMENT ON COLUMN public.networks."group" IS 'The group of who asks from there.';
CREATE TABLE public.overlay_entries (
    id integer NOT NULL,
    school_id integer NOT NULL,
    address text NOT NULL,
    action text NOT NULL,
    groups text NOT NULL,
    reason text NOT NULL,
    added_by text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    removed_by text,
    removed_at timestamp with time zone
);
COMMENT ON COLUMN public.overlay_entries.school_id IS 'The school that this row belongs to.';
COMMENT ON COLUMN public.overlay_entries.address IS 'A host, or host/path.';
COMMENT ON COLUMN public.overlay_entries.action IS 'allow or block.';
COMMENT ON COLUMN public.overlay_entries.groups IS 'For whom; empty: everyone.';
COMMENT ON COLUMN public.overlay_entries.reason IS 'Why, in the words of who added it.';
COMMENT ON COLUMN public.overlay_entries.added_by IS 'E-mail address of who added it.';
COMMENT ON COLUMN public.overlay_entries.removed_by IS 'E-mail address of who removed it.';
COMMENT ON COLUMN public.overlay_entries.removed_at IS 'Empty: in force.';
CREATE SEQUENCE public.overlay_entries_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.overlay_entries_id_seq OWNED BY public.overlay_entries.id;
CREATE TABLE public.people (
    id character varying(32) NOT NULL,
    school_id integer NOT NULL,
    name text NOT NULL,
    "group" text NOT NULL,
    reference text DEFAULT ''::text NOT NULL
);
COMMENT ON COLUMN public.people.id IS 'Random: no name.';
COMMENT ON COLUMN public.people.school_id IS 'The school that this row belongs to.';
COMMENT ON COLUMN public.people.name IS 'As the school writes it.';
COMMENT ON COLUMN public.people."group" IS 'The group whose policy applies.';
COMMENT ON COLUMN public.people.reference IS 'The school''s own number for this person, if any.';
CREATE TABLE public.refused_records (
    spool character varying(32) NOT NULL,
    "position" bigint NOT NULL,
    record bytea NOT NULL,
    said text NOT NULL
);
COMMENT ON COLUMN public.refused_records.said IS 'The kind of trouble, without its contents.';
CREATE TABLE public.reviews (
    id integer NOT NULL,
    school_id integer NOT NULL,
    event_id uuid NOT NULL,
    staff_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    note text NOT NULL
);
COMMENT ON COLUMN public.reviews.school_id IS 'The school that this row belongs to.';
COMMENT ON COLUMN public.reviews.outcome IS 'What was concluded, a short word.';
COMMENT ON COLUMN public.reviews.note IS 'In the reviewer''s words.';
CREATE SEQUENCE public.reviews_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.reviews_id_seq OWNED BY public.reviews.id;
CREATE TABLE public.schools (
    id integer NOT NULL,
    name text NOT NULL
);
COMMENT ON COLUMN public.schools.name IS 'The name that staff read.';
CREATE SEQUENCE public.schools_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.schools_id_seq OWNED BY public.schools.id;
CREATE TABLE public.setup_tokens (
    hash text NOT NULL,
    school_id integer NOT NULL,
    staff_id integer,
    expires timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
COMMENT ON COLUMN public.setup_tokens.hash IS 'SHA-256; the token is not kept.';
COMMENT ON COLUMN public.setup_tokens.school_id IS 'The school that this row belongs to.';
COMMENT ON COLUMN public.setup_tokens.staff_id IS 'Whose new password it is for; empty: the first accounts.';
COMMENT ON COLUMN public.setup_tokens.expires IS 'From when it opens nothing.';
COMMENT ON COLUMN public.setup_tokens.used_at IS 'When it was used, once.';
CREATE TABLE public.spool_positions (
    spool character varying(32) NOT NULL,
    name text NOT NULL,
    "position" bigint NOT NULL
);
COMMENT ON COLUMN public.spool_positions.spool IS 'The spool''s own id.';
COMMENT ON COLUMN public.spool_positions.name IS 'Its file name, for people.';
CREATE TABLE public.staff (
    id integer NOT NULL,
    school_id integer NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password text NOT NULL,
    active boolean NOT NULL,
    fs_uniquifier text NOT NULL,
    roles text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_login_at timestamp with time zone,
    current_login_at timestamp with time zone,
    last_login_ip text,
    current_login_ip text,
    login_count integer,
    tf_primary_method text,
    tf_totp_secret text,
    mf_recovery_codes json
);
COMMENT ON COLUMN public.staff.school_id IS 'The school that this row belongs to.';
COMMENT ON COLUMN public.staff.email IS 'Lower case; what they sign in with.';
COMMENT ON COLUMN public.staff.name IS 'Shown beside what they did.';
COMMENT ON COLUMN public.staff.password IS 'A hash, never the password.';
COMMENT ON COLUMN public.staff.active IS 'Whether they may sign in.';
COMMENT ON COLUMN public.staff.fs_uniquifier IS 'Ends every session of theirs when changed.';
COMMENT ON COLUMN public.staff.roles IS 'lead, technician.';
COMMENT ON COLUMN public.staff.created_at IS 'When the account was made.';
COMMENT ON COLUMN public.staff.last_login_at IS 'The sign-in before this one.';
COMMENT ON COLUMN public.staff.current_login_at IS 'The latest sign-in.';
COMMENT ON COLUMN public.staff.last_login_ip IS 'From where, the one before.';
COMMENT ON COLUMN public.staff.current_login_ip IS 'From where, the latest.';
COMMENT ON COLUMN public.staff.login_count IS 'How often they signed in.';
COMMENT ON COLUMN public.staff.tf_primary_method IS 'The second factor used.';
COMMENT ON COLUMN public.staff.tf_totp_secret IS 'Sealed by the site''s own key.';
COMMENT ON COLUMN public.staff.mf_recovery_codes IS 'One-time codes left.';
CREATE SEQUENCE public.staff_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.staff_id_seq OWNED BY public.staff.id;
CREATE TABLE public.tallies (
    hour timestamp with time zone NOT NULL,
    category text NOT NULL,
    writer text NOT NULL,
    school_id integer NOT NULL,
    count integer NOT NULL
);
COMMENT ON COLUMN public.tallies.writer IS 'The worker''s run that counted: totals are set, never added.';
COMMENT ON COLUMN public.tallies.school_id IS 'The school that this row belongs to.';
ALTER TABLE ONLY public.generation ALTER COLUMN id SET DEFAULT nextval('public.generation_id_seq'::regclass);
ALTER TABLE ONLY public.overlay_entries ALTER COLUMN id SET DEFAULT nextval('public.overlay_entries_id_seq'::regclass);
ALTER TABLE ONLY public.reviews ALTER COLUMN id SET DEFAULT nextval('public.reviews_id_seq'::regclass);
ALTER TABLE ONLY public.schools ALTER COLUMN id SET DEFAULT nextval('public.schools_id_seq'::regclass);
ALTER TABLE ONLY public.staff ALTER COLUMN id SET DEFAULT nextval('public.staff_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.devices VALUES ('d1', 1, '10.0.0.7', 'Tablet 7', 'p1', '');
INSERT INTO public.devices VALUES ('d2', 1, '10.0.0.8', 'Library', NULL, 'secondary');
INSERT INTO public.events VALUES ('019c8a5e-1234-7abc-8def-0123456789ab', 1, 'K7QF-3MZD', '2026-03-04 10:30:00+00', '2026-03-04 10:30:00+00', 1, 'p1', 'd1', '10.0.0.7', 'primary', 'device', 'web', 'search', 'search.example', '|search.example|', '', '', '|low-mood:3|', 3, 'block', true, 'what was typed or shown', 'Words', '', 'a1', 'v1', '\x00ff53', true);
INSERT INTO public.events VALUES ('019c8a5f-1234-7abc-8def-0123456789ac', 1, 'K7QF-3MZF', '2026-03-04 10:31:00+00', '2026-03-04 10:35:00+00', 12, '', '', '10.0.9.9', 'unidentified', 'none', 'dns', '', 'casino.example', '|casino.example|dice.example|', 'gambling', '|gambling|', '', 0, 'block', false, 'a rule applied', 'No gambling', 'starter', 'a1', 'v1', '\x00ff53', false);
INSERT INTO public.generation VALUES (1, 9);
INSERT INTO public.networks VALUES ('10.0.0.0/16', 1, 'secondary');
INSERT INTO public.overlay_entries VALUES (1, 1, 'games.example', 'block', '|primary|', 'Asked for by Year 4', 'lead@school.example', '2026-03-01 09:00:00+00', NULL, NULL);
INSERT INTO public.people VALUES ('p1', 1, 'Ada Example', 'primary', 'A-1');
INSERT INTO public.people VALUES ('p2', 1, 'Zoë O''Hara', 'secondary', '');
INSERT INTO public.refused_records VALUES ('s1', 7, '\x00ff53', 'ValueError');
INSERT INTO public.reviews VALUES (1, 1, '019c8a5e-1234-7abc-8def-0123456789ab', 1, '2026-03-04 11:00:00+00', 'acted', 'Spoke with her.');
INSERT INTO public.schools VALUES (1, 'Hill School');
INSERT INTO public.setup_tokens VALUES ('abc', 1, 1, '2026-03-02 08:00:00+00', NULL);
INSERT INTO public.spool_positions VALUES ('s1', 'proxy-0', 41);
INSERT INTO public.staff VALUES (1, 1, 'lead@school.example', 'Lee Lead', 'a hash', true, 'u1', '|lead|', '2026-03-01 08:00:00+00', NULL, NULL, NULL, NULL, 3, NULL, NULL, '["one", "two"]');
INSERT INTO public.tallies VALUES ('2026-03-04 10:00:00+00', 'adverts', 'w1', 1, 40);
SELECT pg_catalog.setval('public.generation_id_seq', 10, true);
SELECT pg_catalog.setval('public.overlay_entries_id_seq', 10, true);
SELECT pg_catalog.setval('public.reviews_id_seq', 10, true);
SELECT pg_catalog.setval('public.schools_id_seq', 10, true);
SELECT pg_catalog.setval('public.staff_id_seq', 10, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT pk_devices PRIMARY KEY (id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT pk_events PRIMARY KEY (id);
ALTER TABLE ONLY public.generation
    ADD CONSTRAINT pk_generation PRIMARY KEY (id);
ALTER TABLE ONLY public.networks
    ADD CONSTRAINT pk_networks PRIMARY KEY (cidr);
ALTER TABLE ONLY public.overlay_entries
    ADD CONSTRAINT pk_overlay_entries PRIMARY KEY (id);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT pk_people PRIMARY KEY (id);
ALTER TABLE ONLY public.refused_records
    ADD CONSTRAINT pk_refused_records PRIMARY KEY (spool, "position");
ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT pk_reviews PRIMARY KEY (id);
ALTER TABLE ONLY public.schools
    ADD CONSTRAINT pk_schools PRIMARY KEY (id);
ALTER TABLE ONLY public.setup_tokens
    ADD CONSTRAINT pk_setup_tokens PRIMARY KEY (hash);
ALTER TABLE ONLY public.spool_positions
    ADD CONSTRAINT pk_spool_positions PRIMARY KEY (spool);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT pk_staff PRIMARY KEY (id);
ALTER TABLE ONLY public.tallies
    ADD CONSTRAINT pk_tallies PRIMARY KEY (hour, category, writer);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT uq_devices_address UNIQUE (address);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT uq_staff_email UNIQUE (email);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT uq_staff_fs_uniquifier UNIQUE (fs_uniquifier);
CREATE INDEX ix_devices_person_id ON public.devices USING btree (person_id);
CREATE INDEX ix_devices_school_id ON public.devices USING btree (school_id);
CREATE INDEX ix_events_flagged_reviewed_id ON public.events USING btree (flagged, reviewed, id);
CREATE INDEX ix_events_person_id ON public.events USING btree (person, id);
CREATE INDEX ix_events_reference ON public.events USING btree (reference);
CREATE INDEX ix_networks_school_id ON public.networks USING btree (school_id);
CREATE INDEX ix_overlay_entries_address ON public.overlay_entries USING btree (address);
CREATE INDEX ix_overlay_entries_school_id ON public.overlay_entries USING btree (school_id);
CREATE INDEX ix_people_name ON public.people USING btree (name);
CREATE INDEX ix_people_school_id ON public.people USING btree (school_id);
CREATE INDEX ix_reviews_event_id ON public.reviews USING btree (event_id);
CREATE INDEX ix_reviews_school_id ON public.reviews USING btree (school_id);
CREATE INDEX ix_reviews_staff_id ON public.reviews USING btree (staff_id);
CREATE INDEX ix_setup_tokens_school_id ON public.setup_tokens USING btree (school_id);
CREATE INDEX ix_setup_tokens_staff_id ON public.setup_tokens USING btree (staff_id);
CREATE INDEX ix_staff_school_id ON public.staff USING btree (school_id);
CREATE INDEX ix_tallies_school_id ON public.tallies USING btree (school_id);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT fk_devices_person_id FOREIGN KEY (person_id) REFERENCES public.people(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT fk_devices_school_id FOREIGN KEY (school_id) REFERENCES public.schools(id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT fk_events_school_id FOREIGN KEY (school_id) REFERENCES public.schools(id);
ALTER TABLE ONLY public.networks
    ADD CONSTRAINT fk_networks_school_id FOREIGN KEY (school_id) REFERENCES public.schools(id);
ALTER TABLE ONLY public.overlay_entries
    ADD CONSTRAINT fk_overlay_entries_school_id FOREIGN KEY (school_id) REFERENCES public.schools(id);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT fk_people_school_id FOREIGN KEY (school_id) REFERENCES public.schools(id);
ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT fk_reviews_event_id FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT fk_reviews_school_id FOREIGN KEY (school_id) REFERENCES public.schools(id);
ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT fk_reviews_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(id);
ALTER TABLE ONLY public.setup_tokens
    ADD CONSTRAINT fk_setup_tokens_school_id FOREIGN KEY (school_id) REFERENCES public.schools(id);
ALTER TABLE ONLY public.setup_tokens
    ADD CONSTRAINT fk_setup_tokens_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT fk_staff_school_id FOREIGN KEY (school_id) REFERENCES public.schools(id);
ALTER TABLE ONLY public.tallies
    ADD CONSTRAINT fk_tallies_school_id FOREIGN KEY (school_id) REFERENCES public.schools(id);
